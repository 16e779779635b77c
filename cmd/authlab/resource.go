package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"

	"github.com/spf13/cobra"

	"authlab/lab/resource"
	"authlab/web"
)

type resourceOptions struct {
	listen, name, home string
	allowedOrigins     []string
}

// newResourceCommand returns the command authlab resource: the second service, a resource server (RFC 6749, section 1.1).
func newResourceCommand(getenv func(string) string) *cobra.Command {
	var o resourceOptions
	cmd := &cobra.Command{
		Use:     "resource",
		Aliases: []string{"reports"},
		Short:   "Serve the second service, which has to know who is calling",
		Long: `Serve the second service of the lab: a resource server, as OAuth calls it. It keeps no
logins: it takes a cookie to the first service, its home, and checks a token by itself,
with the keys that home publishes. Its name and its routes are still "reports", and
"authlab reports" still starts it.
Each flag can also be given by the environment, in capitals: AUTHLAB_LISTEN, AUTHLAB_NAME,
AUTHLAB_HOME, AUTHLAB_ALLOWED_ORIGINS. A flag wins.`,
		Example: "  authlab resource --listen :8090 --home http://127.0.0.1:8080",
		Args:    noArguments,
		PreRunE: func(cmd *cobra.Command, _ []string) error {
			return fromEnvironment(cmd.Flags(), getenv)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			return serveResource(cmd.Context(), o, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.listen, "listen", ":8090", "address to listen on")
	flags.StringVar(&o.name, "name", "reports", "name of this service")
	flags.StringVar(&o.home, "home", "http://127.0.0.1:8080", "where the first service is: its balancer")
	flags.StringSliceVar(&o.allowedOrigins, "allowed-origins", nil, "origins whose pages may call with a token, like http://127.0.0.1:8080,http://localhost:8080")
	return cmd
}

func serveResource(ctx context.Context, o resourceOptions, stdout, stderr io.Writer) error {
	logger := slog.New(slog.NewJSONHandler(stderr, nil))
	service, err := resource.New(resource.Config{
		Home: o.home, Name: o.name, AllowedOrigins: o.allowedOrigins, Logger: logger,
	})
	if err != nil {
		return usageError{err}
	}
	defer service.Close()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s is serving on http://%s\n", o.name, listener.Addr())
	return serveUntilDone(ctx, service, web.NewHTTPServer(service.Handler(), logger), web.ProblemListener(listener, o.name, logger))
}
