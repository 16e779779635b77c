//go:build !replica

package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"authlab/lab/class"
	"authlab/lab/control"
	"authlab/lab/embedded"
	"authlab/lab/experiment"
	"authlab/lab/experiment/api"
	"authlab/lab/experiment/texts"
	"authlab/web"
)

type classOptions struct {
	address, listen, lang, title, pin, save string
	people, replicas                        int
	lanes                                   []string
	sheet                                   bool
}

// newClassCommand is authlab class: a lab for a whole room.
func newClassCommand() *cobra.Command {
	var o classOptions
	cmd := &cobra.Command{
		Use:   "class",
		Short: "Start a lab in which a whole room takes part with its phones",
		Long: `Start the lab for the network of a room. Everybody joins with a phone, by the QR code, and
is logged in on several lanes at the same moment; the wall, for the projector, shows the
room as one picture; and the room votes, sees, and votes again.

The wall's address has the teacher's key after #. Only who has it can break anything.
The class uses a lab in this process; one of containers has no wall and no phones. What is
sent is plain HTTP, and no person needs a password of their own.`,
		Example: "  authlab class\n  authlab class --lang es --title \"Redes, lunes\" --save monday\n  authlab class --sheet",
		Args:    noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(texts.Languages(), cmp.Or(o.lang, texts.English)) {
				return usageError{fmt.Errorf("--lang %s: it can be %s", o.lang, strings.Join(texts.Languages(), " or "))}
			}
			if o.sheet {
				fmt.Fprint(cmd.OutOrStdout(), class.Sheet(cmp.Or(o.lang, texts.English)))
				return nil
			}
			if err := errors.Join(inBounds("people", o.people, class.MaxPeople), inBounds("replicas", o.replicas, 9)); err != nil {
				return err
			}
			return holdClass(cmd.Context(), o, cmd.OutOrStdout())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.listen, "listen", ":8080", "address to listen on; port 0 is a free one")
	flags.StringVar(&o.address, "address", "", "name or address at which the room reaches this machine; found by itself without it")
	flags.StringVar(&o.lang, "lang", "", "language of wall and phones, en or es; without it each browser's own")
	flags.StringVar(&o.title, "title", "", "title over the wall and the phones")
	flags.StringVar(&o.pin, "pin", "", "a number that a phone has to know; it is in the QR code, and on the wall")
	flags.IntVar(&o.people, "people", 300, fmt.Sprintf("how many people can join, 1 to %d", class.MaxPeople))
	flags.IntVar(&o.replicas, "replicas", 3, "how many replicas, 1 to 9")
	flags.StringSliceVar(&o.lanes, "lanes", class.DefaultLanes(), "the schemes by which everybody is logged in")
	flags.StringVar(&o.save, "save", "", "keep what was voted, with nicknames, in FILE.csv and FILE.jsonl; without it nothing is kept")
	flags.BoolVar(&o.sheet, "sheet", false, "print the teacher's sheet, minute by minute, and end")
	return cmd
}

func holdClass(ctx context.Context, o classOptions, stdout io.Writer) (err error) {
	host := o.address
	if host == "" {
		address, err := class.Reachable()
		if err != nil {
			return err
		}
		host = address.String()
	}
	listener, err := listen(ctx, o.listen)
	if err != nil {
		return err
	}
	closers := []func() error{listener.Close}
	defer func() {
		for _, end := range slices.Backward(closers) {
			if failed := end(); failed != nil && !errors.Is(failed, net.ErrClosed) {
				err = errors.Join(err, failed)
			}
		}
	}()
	key := rand.Text()
	lab, err := embedded.Start(ctx, embedded.Config{Replicas: o.replicas, LabKey: key, ResponseTimeout: responseTimeout})
	if err != nil {
		return err
	}
	closers = append(closers, lab.Close)
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return err
	}
	room := classAddress{"http", net.JoinHostPort(host, port), o.lang}
	if ip, err := netip.ParseAddr(host); err != nil || !ip.Is6() {
		room.host = host + ":" + port
	}
	config := class.Config{
		Lab: lab.Handler(), Pages: web.NewClassPages(), View: lab.View, AddAccount: lab.AddAccount, SetRoles: lab.SetRoles, Run: runApart,
		NewLab: ownLabs(lab), Key: key, Address: room.to("/join", o.pin), Title: o.title, Pin: o.pin, People: o.people, Lanes: o.lanes,
	}
	if o.save != "" {
		file, err := class.NewFile(o.save)
		if err != nil {
			return usageError{fmt.Errorf("--save: %w", err)}
		}
		closers = append(closers, file.Close)
		config.Keep = file
	}
	c, err := class.New(config)
	if err != nil {
		return usageError{fmt.Errorf("--lanes: %w", err)}
	}
	code, err := class.TerminalQR(config.Address)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s\n  phones  %s\n  wall    %s\n\nThe wall's address has the teacher's key: do not show it. Ctrl-C ends the class.\n",
		code, config.Address, room.to("/wall", config.Key))
	// Closing the class ends what phones and walls wait for.
	return serveUntilDone(ctx, c.Close, web.NewHTTPServer(c, nil), listener)
}

// classAddress is where a room reaches the class.
type classAddress struct{ scheme, host, lang string }

// to is the address of a page. What is after # stays in the browser: no server and no log sees it.
func (a classAddress) to(path, secret string) string {
	u := url.URL{Scheme: a.scheme, Host: a.host, Path: path, Fragment: secret}
	if a.lang != "" {
		u.RawQuery = "lang=" + a.lang
	}
	return u.String()
}

// ownLabs starts labs of which each is for one person. They share with the class's lab what costs most, and run few experiments
// at the same time.
func ownLabs(like *embedded.Lab) func(context.Context, string) (class.OwnLab, error) {
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	const replicas = 6 // the most of each lab
	return func(ctx context.Context, key string) (class.OwnLab, error) {
		return embedded.Start(ctx, embedded.Config{
			Like: like, LabKey: key, MaxReplicas: replicas, ResponseTimeout: responseTimeout,
			Experiments: func(url string) http.Handler { return inTurn(turns, api.For(url).Handler()) },
		})
	}
}

// inTurn serves as many runs at once as there are turns. What only looks does not wait, and neither does what a run itself says
// when it begins and ends: it has its turn.
func inTurn(turns chan struct{}, handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		last := path.Base(r.URL.Path)
		if r.Method == http.MethodPost && last != control.Begun && last != control.Ended {
			select {
			case turns <- struct{}{}:
				defer func() { <-turns }()
			case <-r.Context().Done():
				return
			}
		}
		handler.ServeHTTP(w, r)
	})
}

// runApart runs an experiment on a lab of its own, which ends with it.
func runApart(ctx context.Context, name string) (experiment.Result, error) {
	experiments, err := experiment.Named(name)
	if err != nil {
		return experiment.Result{}, err
	}
	lab, err := embedded.Start(ctx, embedded.Config{ResponseTimeout: responseTimeout})
	if err != nil {
		return experiment.Result{}, err
	}
	report, err := experiment.Run(ctx, "embedded", lab, experiments, func(int, int, string) {}, experiment.Users(50))
	if err = errors.Join(err, lab.Close()); err != nil {
		return experiment.Result{}, err
	}
	return report.Experiments[0], nil
}
