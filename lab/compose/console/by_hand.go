package console

import (
	"authlab/lab/contract"
	"context"
	"fmt"
	"strings"
)

// What follows takes Docker. The console says what to type.

// typed is what somebody has to type.
func typed(command string) error {
	return contract.ByHand{What: "The lab's console has no way to Docker. In the folder with docker-compose.yml, type the command.", Command: command}
}

// Scale implements contract.Lab. How many there can be, the compose file says.
func (c *Console) Scale(_ context.Context, replicas int) error {
	always := 0
	for _, r := range c.replicas {
		if !r.spare {
			always++
		}
	}
	switch {
	case replicas > len(c.replicas):
		return contract.ByHand{What: fmt.Sprintf("There are %d replicas in docker-compose.yml, and no more.", len(c.replicas))}
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

// RotateKeys implements contract.Lab.
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
