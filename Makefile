.PHONY: run test lint bench

run:   ## start the lab and open its page
	go run ./cmd/authlab --open

test:  ## run every test that this machine has the parts for
	go test ./...

lint:  ## check the style, and who imports whom
	golangci-lint run ./...

bench: ## measure what one request costs
	go test -run '^$$' -bench . ./...
