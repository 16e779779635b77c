package check

import (
	"strings"
	"testing"
)

// A check that finds nothing may be looking at nothing. So each mistake here has to be found, and be told for what it is.
func TestAMistakeIsFound(t *testing.T) {
	for _, mistake := range []struct{ name, file, old, new, want string }{
		{"an unknown field", "base/app.yaml", "containerPort: 8080", "containerPort: 8080, speaks: HTTP", "unknown field"},
		{"a field in the wrong place", "base/app.yaml", "runAsUser: 65532", "readOnlyRootFilesystem: true", "unknown field"},
		{"a number for a word", "base/redis.yaml", `args: [redis-server, --save, "", --appendonly, "yes"]`, "args: [redis-server, 6379]", "cannot unmarshal number"},
		{"an old version of an object", "base/network.yaml", "networking.k8s.io/v1", "networking.k8s.io/v1beta1", "no kind"},
		{"a workload without a selector", "base/app.yaml", "  selector:\n    matchLabels: {app: app}\n", "", "selects no label"},
		{"a workload that selects others", "base/app.yaml", "  selector:\n    matchLabels: {app: app}", "  selector:\n    matchLabels: {app: web}", "its own pods do not have"},
		{"a service that selects nothing", "base/app.yaml", "  selector: {app: app}", "  selector: {app: web}", "pods of 0 workloads"},
		{"a service to no port", "base/app.yaml", "targetPort: http", "targetPort: web", "has no port web"},
		{"an ingress to no service", "base/ingress.yaml", "name: reports", "name: report", `no service "report"`},
		{"an ingress to no port", "base/ingress.yaml", "port: {name: http}", "port: {number: 8080}", "no such port"},
		{"a probe of no path", "base/app.yaml", "path: /readyz", "path: /healthz", "is no path of this server"},
		{"a probe of no port", "base/app.yaml", "path: /livez, port: http", "path: /livez, port: web", "has no port web"},
		{"a variable that is not read", "base/app.yaml", "AUTHLAB_REDIS", "AUTHLAB_REDIS_URL", "reads no variable"},
		{"a command that there is not", "base/reports.yaml", "args: [reports]", "args: [report]", "is no command"},
		{"another port than its own", "base/reports.yaml", `value: ":8090"`, `value: ":8091"`, "and its port is 8090"},
		{"an address that leads nowhere", "base/app.yaml", "redis://redis:6379", "redis://redis:6380", "no such port"},
		{"a store that is not there", "base/app.yaml", "authlab@postgres:5432", "authlab@database:5432", `no service "database"`},
		{"a secret that is not there", "base/app.yaml", "secretName: app,", "secretName: keys,", `no secret "keys"`},
		{"a file that is not in the secret", "base/app.yaml", "/secrets/keys.json", "/secrets/key.json", "no file that it can read"},
		{"a secret of another service", "base/postgres.yaml", "secretName: postgres,", "secretName: app,", "no file that it can read"},
		{"a secret that was not made", "base/kustomization.yaml", "secrets/pgpass", "secrets/passfile", "build"},
		{"a volume that is not there", "base/redis.yaml", "- {name: data,", "- {name: disk,", `no volume "disk"`},
		{"root", "base/redis.yaml", "runAsNonRoot: true\n        runAsUser: 999", "runAsUser: 0", "runAsNonRoot"},
		{"a capability", "base/app.yaml", "capabilities: {drop: [ALL]}", "capabilities: {add: [NET_ADMIN]}", "unrestricted capabilities"},
		{"no seccomp profile", "base/postgres.yaml", "        seccompProfile: {type: RuntimeDefault}\n", "", "seccomp"},
		{"a root that is writable", "base/app.yaml", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "root is writable"},
		{"a namespace that lets everything in", "base/namespace.yaml", "enforce: restricted", "enforce: privileged", "enforces"},
		{"memory without bounds", "base/redis.yaml", "limits: {memory: 128Mi}", "limits: {cpu: 1}", "no bounds"},
		{"an image from a registry", "base/app.yaml", "imagePullPolicy: IfNotPresent", "imagePullPolicy: Always", "looked for at a registry"},
		{"another namespace", "base/kustomization.yaml", "namespace: authlab\n", "", "in the namespace"},
		{"a patch of nothing", "overlays/sticky/kustomization.yaml", "name: app\n", "name: lab\n", "build"},
		{"a budget of nothing", "base/disruption.yaml", "matchLabels: {app: app}", "matchLabels: {app: web}", "pods of 0 workloads"},
		{"a budget that lets no pod go", "base/disruption.yaml", "maxUnavailable: 1", "minAvailable: 3", "lets 0 of 3 pods go"},
		{"a budget that lets all go", "base/disruption.yaml", "maxUnavailable: 1", "maxUnavailable: 3", "lets 3 of 3 pods go"},
		{"a budget for a single pod", "base/disruption.yaml", "matchLabels: {app: app}", "matchLabels: {app: redis}", "lets 1 of 1 pods go"},
		{"a budget in no version", "base/disruption.yaml", "policy/v1", "policy/v1beta1", "no kind"},
	} {
		t.Run(strings.ReplaceAll(mistake.name, " ", "-"), func(t *testing.T) {
			files := readManifests(t)
			if !strings.Contains(files[mistake.file], mistake.old) {
				t.Fatalf("%s has no %q to make a mistake of", mistake.file, mistake.old)
			}
			files[mistake.file] = strings.Replace(files[mistake.file], mistake.old, mistake.new, 1)
			if err := checkAll(files, "sticky"); err == nil || !strings.Contains(err.Error(), mistake.want) {
				t.Errorf("want an error with %q, got: %v", mistake.want, err)
			}
		})
	}
}

func TestAHoleInThePoliciesIsFound(t *testing.T) {
	stores := [2]string{"- podSelector:\n            matchLabels: {app: app}\n      ports:\n        - {port: redis}", "- podSelector: {}\n      ports:\n        - {port: redis}"}
	way := [2]string{"{app: reports}\n  policyTypes: [Ingress, Egress]", "{app: reports}\n  policyTypes: [Ingress]"}
	for _, test := range []struct {
		name    string
		holes   [][2]string
		reaches bool
	}{
		{"none", nil, false},
		{"the stores let every pod in", [][2]string{stores}, false},
		{"the second service may go anywhere", [][2]string{way}, false},
		{"both", [][2]string{stores, way}, true},
	} {
		files := readManifests(t)
		for _, hole := range test.holes {
			if !strings.Contains(files["base/network.yaml"], hole[0]) {
				t.Fatalf("network.yaml has no %q to make a hole in", hole[0])
			}
			files["base/network.yaml"] = strings.Replace(files["base/network.yaml"], hole[0], hole[1], 1)
		}
		m, err := build(files, "round-robin")
		if err != nil {
			t.Fatal(err)
		}
		if got := m.reaches("reports", "redis", "redis"); got != test.reaches {
			t.Errorf("%s: reports reaches redis: %v, want %v", test.name, got, test.reaches)
		}
	}
}
