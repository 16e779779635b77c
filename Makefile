.PHONY: run test lint compose bench

run:   ## start the lab and open its page
	go run ./cmd/authlab --open

test:  ## run every test that this machine has the parts for
	go test ./...

lint:  ## check the style, and who imports whom
	golangci-lint run ./...

compose: ## three replicas behind nginx, with Redis and PostgreSQL, on http://127.0.0.1:8080
	docker compose up --build

bench: ## measure what one request costs
	go test -run '^$$' -bench . ./...
