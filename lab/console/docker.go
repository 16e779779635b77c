package console

import (
	"context"
	"fmt"
	"strings"

	"authlab/lab/control"
)

// What follows takes Docker. The console says what to type.

// typed is what somebody has to type.
func typed(command string) error {
	return control.NotHere{What: "The lab's console has no way to Docker. In the folder with docker-compose.yml, type the command.", Command: command}
}

// Scale implements control.Lab. How many there can be, the compose file says.
func (c *Console) Scale(_ context.Context, replicas int) error {
	always := 0
	for _, r := range c.replicas {
		if !r.spare {
			always++
		}
	}
	switch {
	case replicas > len(c.replicas):
		return control.NotHere{What: fmt.Sprintf("There are %d replicas in docker-compose.yml, and no more.", len(c.replicas))}
	case replicas > always:
		more := c.names(always, replicas)
		return typed("docker compose up -d --scale " + strings.Join(more, "=1 --scale ") + "=1 " + strings.Join(more, " "))
	case replicas == always && always == len(c.replicas):
		return nil
	case replicas == always:
		return typed("docker compose rm -sf " + strings.Join(c.names(always, len(c.replicas)), " "))
	}
	return typed("docker compose kill " + strings.Join(c.names(replicas, always), " "))
}

func (c *Console) names(from, to int) []string {
	var names []string
	for _, r := range c.replicas[from:to] {
		names = append(names, r.name)
	}
	return names
}

// RotateKeys implements control.Lab.
func (c *Console) RotateKeys(_ context.Context, overlap bool) error {
	command := "docker compose run --rm setup keys rotate --keys /keys/keys.json"
	if overlap {
		command += " --overlap"
	}
	return typed(command + " && docker compose kill -s HUP " + strings.Join(c.permanent(), " "))
}

// permanent are the names of the replicas that are always there.
func (c *Console) permanent() []string {
	var names []string
	for _, r := range c.replicas {
		if !r.spare {
			names = append(names, r.name)
		}
	}
	return names
}

// StopHome implements control.Lab.
func (c *Console) StopHome(context.Context) error {
	return typed("docker network disconnect authlab_home authlab-reports-1")
}

// StartHome implements control.Lab.
func (c *Console) StartHome(context.Context) error {
	return typed("docker network connect authlab_home authlab-reports-1")
}
