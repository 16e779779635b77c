package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"authlab/lab/compose/agent"
	"authlab/lab/resource"
	"authlab/web"
)

// newResourceCommand returns the command authlab resource: the second service, a resource server (RFC 6749, section 1.1).
func newResourceCommand(getenv func(string) string) *cobra.Command {
	var address, labListen, secret string
	var config resource.Config
	cmd := &cobra.Command{
		Use:     "resource",
		Aliases: []string{"reports"},
		Short:   "Serve the second service, which has to know who is calling",
		Long: `Serve the second service of the lab: a resource server, as OAuth calls it. It keeps no
logins: it takes a cookie to the first service, its home, and checks a token by itself,
with the keys that home publishes. Its name and its routes are still "reports", and
"authlab reports" still starts it.
Each flag can also be given by the environment, in capitals: AUTHLAB_LISTEN,
AUTHLAB_LAB_LISTEN, and so on. A flag wins.`,
		Example: "  authlab resource --listen :8090 --home http://127.0.0.1:8080",
		Args:    noArguments,
		PreRunE: fromEnvironment(getenv),
		RunE: func(cmd *cobra.Command, _ []string) error {
			config.Logger = slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), nil))
			if secret != "" {
				text, err := os.ReadFile(secret)
				if err != nil {
					return usageError{fmt.Errorf("--secret: %w", err)}
				}
				config.Secret = strings.TrimSpace(string(text))
			}
			return serveResource(cmd.Context(), address, labListen, config, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&address, "listen", ":8090", "address to listen on")
	flags.StringVar(&config.Name, "name", "reports", "name of this service")
	flags.StringVar(&config.Home, "home", "http://127.0.0.1:8080", "where the first service is: its balancer")
	flags.StringSliceVar(&config.AllowedOrigins, "allowed-origins", nil, "origins whose pages may call with a token, like http://127.0.0.1:8080,http://localhost:8080")
	flags.StringVar(&secret, "secret", "", "file with the secret by which home knows this service (its --services); with it, the service introspects tokens")
	flags.StringVar(&labListen, "lab-listen", "", "address where the lab may move this service's clock; without it, the clock is right")
	return cmd
}

func serveResource(ctx context.Context, address, labListen string, config resource.Config, stdout io.Writer) error {
	if labListen != "" {
		var clock agent.Clock
		config.Now = clock.Now
		end, err := serveLab(ctx, labListen, clock.Lab(), config.Logger)
		if err != nil {
			return err
		}
		defer end()
	}
	service, err := resource.New(config)
	if err != nil {
		return usageError{err}
	}
	defer service.Close()
	listener, err := listen(ctx, address)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s is serving on http://%s\n", config.Name, web.HostToOpen(listener.Addr()))
	server := web.NewHTTPServer(service.Handler(), config.Logger)
	return serveUntilDone(ctx, service.Drain, server, web.ProblemListener(listener, config.Name, config.Logger))
}
