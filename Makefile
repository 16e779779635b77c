.PHONY: run test lint compose bench

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
