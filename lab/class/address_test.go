package class

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
)

func TestTheAddressIsTheOneThatARoomReaches(t *testing.T) {
	at := func(device, address string, routed bool) candidate {
		return candidate{device, netip.MustParseAddr(address), routed}
	}
	wifi, cable, docker := at("wlan0", "192.168.1.20", true), at("eth0", "10.0.0.5", false), at("docker0", "172.17.0.1", false)
	public, six, link, vpn := at("eth1", "203.0.113.9", true), at("eth0", "fd00::2", false), at("eth0", "169.254.3.4", false), at("tun0", "10.8.0.2", true)
	for name, tt := range map[string]struct {
		found []candidate
		want  string
	}{
		"the only one":               {[]candidate{wifi}, "192.168.1.20"},
		"with the default route":     {[]candidate{docker, cable, wifi}, "192.168.1.20"},
		"no container":               {[]candidate{docker, cable}, "10.0.0.5"},
		"no tunnel":                  {[]candidate{vpn, cable}, "10.0.0.5"},
		"IPv4 before IPv6":           {[]candidate{six, cable}, "10.0.0.5"},
		"IPv6 alone":                 {[]candidate{six, link}, "fd00::2"},
		"public, if that is what is": {[]candidate{public, link}, "203.0.113.9"},
		"nothing but a container":    {[]candidate{docker}, ""},
		"nothing but a link-local":   {[]candidate{link}, ""},
		"nothing":                    {nil, ""},
	} {
		got, err := best(tt.found)
		if tt.want == "" {
			if !errors.Is(err, ErrNoAddress) {
				t.Errorf("%s: %s, %v", name, got, err)
			}
		} else if err != nil || got.String() != tt.want {
			t.Errorf("%s: %s, %v; want %s", name, got, err, tt.want)
		}
	}
}

func TestTheQRCodeFitsATerminalAndHasItsQuietZone(t *testing.T) {
	for _, address := range []string{"http://10.0.0.5:8080/join", "http://a-very-long-name-of-a-laptop.in-some.university.example:8080/join?lang=es#123456"} {
		drawn, err := TerminalQR(address)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(drawn, "\n"), "\n") {
			line = strings.TrimSuffix(strings.TrimPrefix(line, "\x1b[30;107m"), "\x1b[0m")
			if n := len([]rune(line)); n > 80 || !strings.HasPrefix(line, "    ") || !strings.HasSuffix(line, "    ") {
				t.Errorf("%s: a line of %d characters, %q", address, n, line)
			}
		}
		rows, err := qrRows(address)
		if err != nil || strings.Contains(strings.Join(rows[:quietZone], ""), "1") || rows[quietZone][quietZone:quietZone+7] != "1111111" {
			t.Errorf("%s: %v, %q", address, err, rows)
		}
	}
}

// Both sheets say the same steps at the same minutes, and name what there is.
func TestTheTeachersSheets(t *testing.T) {
	minutes := func(lang string) (all []string) {
		for line := range strings.Lines(Sheet(lang)) {
			if len([]rune(line)) > 96 {
				t.Errorf("%s: %d characters: %s", lang, len([]rune(line)), line)
			}
			if minute := strings.TrimSpace(line[:min(3, len(line))]); minute != "" && strings.Trim(minute, "0123456789") == "" {
				all = append(all, minute)
			}
		}
		return all
	}
	en, es := strings.Join(minutes("en"), " "), strings.Join(minutes("es"), " ")
	if en != es || !strings.HasPrefix(en, "0 5 ") || !strings.HasSuffix(en, " 60") {
		t.Errorf("minutes %q and %q", en, es)
	}
}
