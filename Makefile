.PHONY: run test lint compose bench faults sbom licences

run:   ## start the lab and open its page
	go run ./cmd/authlab --open

test:  ## run every test that this machine has the parts for
	go test ./...

lint:  ## check the style, and who imports whom
	golangci-lint run ./...

compose: ## three replicas behind nginx, with Redis and PostgreSQL, on http://127.0.0.1:8080
	docker compose up --build

bench: ## measure requests a second, against what people would use instead; needs redis-server
	cd bench && go run .

faults: ## what each server answers while Redis is broken, against what people would use instead
	cd bench && go run . -faults

sbom:  ## write sbom.json: every module that is in the program, as CycloneDX
	go run github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0 app -json -licenses -std -main cmd/authlab -output sbom.json .

licences: sbom ## list the licence of each of them
	@awk -F'"' '$$2 == "bom-ref" { gsub("pkg:golang/|[?].*", "", $$4); name = $$4 } $$2 == "id" { printf "%-18s %s\n", $$4, name }' sbom.json | sort
