package class

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"
)

// ErrNoAddress means that this machine has no address which a room could reach.
var ErrNoAddress = errors.New("this machine is in no network that a phone could reach; connect it, or name an address with --address")

// A candidate is an address of this machine, and the interface that has it.
type candidate struct {
	device  string
	address netip.Addr
	routed  bool // it is the one from which this machine would send into the Internet
}

// Reachable finds the address of this machine which a room can reach: of an interface that is up, private before public,
// IPv4 before IPv6 and, of several, the one with the default route.
func Reachable() (netip.Addr, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return netip.Addr{}, err
	}
	routed := routedAddress()
	var found []candidate
	for _, device := range interfaces {
		if device.Flags&net.FlagUp == 0 || device.Flags&net.FlagLoopback != 0 {
			continue
		}
		addresses, err := device.Addrs()
		if err != nil {
			continue // the interface has gone meanwhile
		}
		for _, address := range addresses {
			if prefix, err := netip.ParsePrefix(address.String()); err == nil {
				found = append(found, candidate{device.Name, prefix.Addr(), prefix.Addr() == routed})
			}
		}
	}
	return best(found)
}

// routedAddress is the address from which a packet into the Internet would be sent. Nothing is sent: to connect a UDP
// socket only looks at the routes.
func routedAddress() netip.Addr {
	conn, err := net.Dial("udp4", "192.0.2.1:9") //nolint:noctx // it waits for nothing
	if err != nil {
		return netip.Addr{}
	}
	defer func() { _ = conn.Close() }()
	if local, ok := conn.LocalAddr().(*net.UDPAddr); ok {
		return local.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}

// virtual begins the names of interfaces that lead to containers and virtual machines, where no phone is.
var virtual = []string{"docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "cni", "flannel", "podman", "lxc", "utun", "tun", "tap", "wg", "zt", "tailscale"}

func best(found []candidate) (netip.Addr, error) {
	found = slices.DeleteFunc(slices.Clone(found), func(c candidate) bool {
		isVirtual := slices.ContainsFunc(virtual, func(prefix string) bool { return strings.HasPrefix(c.device, prefix) })
		return isVirtual || !c.address.IsGlobalUnicast() // link-local addresses change, and need a zone
	})
	if len(found) == 0 {
		return netip.Addr{}, ErrNoAddress
	}
	return slices.MaxFunc(found, func(a, b candidate) int { return a.worth() - b.worth() }).address, nil
}

func (c candidate) worth() (worth int) {
	for i, has := range []bool{c.address.IsPrivate(), c.routed, c.address.Is4()} { // what comes later counts more
		if has {
			worth += 1 << i
		}
	}
	return worth
}
