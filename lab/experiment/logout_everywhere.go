package experiment

import (
	"context"
	"net/http"
)

const devices = 3 // of one person

// logoutEverywhere logs one of three devices out everywhere, and counts which of the three are logged out.
func logoutEverywhere() Experiment {
	schemes := except(Basic, TokenCookie) // those two have no such route
	return Experiment{
		Name: "logout-everywhere",
		PredictedFor: func(replicas int) Predictions {
			predicted := Predictions{
				SessionMemory:  devicesOut(1),
				SessionRedis:   devicesOut(devices),
				SessionCookie:  devicesOut(0),
				TokenStateless: devicesOut(0),
				TokenRevocable: devicesOut(devices),
			}
			if replicas == 1 { // all devices' sessions are in the one memory that there is
				predicted[SessionMemory] = devicesOut(devices)
			}
			return predicted
		},
		Run: func(ctx context.Context, trial *Trial) error {
			replicas, err := trial.ReplicaNames(ctx)
			if err != nil {
				return err
			}
			var owned, old [devices]Logins // old: as they were, because the caller's browser is told to drop its credentials
			for i := range owned {
				if owned[i], err = trial.LoggedInAt(ctx, replicas[deviceReplica(i, len(replicas))], schemes...); err != nil {
					return err
				}
				old[i] = owned[i].kept()
			}
			for _, scheme := range schemes {
				if scheme == TokenRevocable {
					continue // the same tokens as token-stateless, and the same request
				}
				if err := owned[0][scheme].LogoutEverywhere(ctx); err != nil {
					return err
				}
			}
			refused := map[string]int{}
			for _, device := range old {
				answers, err := device.get(ctx, "/me")
				if err != nil {
					return err
				}
				for scheme, answer := range answers {
					if answer.Status == http.StatusUnauthorized {
						refused[scheme]++
					}
				}
			}
			for _, scheme := range schemes {
				trial.Observe(scheme, devicesOut(refused[scheme]), map[string]float64{"refused": float64(refused[scheme]), "devices": devices})
			}
			return nil
		},
	}
}

// devicesOut says how many of the devices are out. Each that is not is dangerous: the person wanted all of them out.
func devicesOut(refused int) Outcome {
	out := Dangerous.howMany(refused, devices)
	if out.Means = Dangerous; refused == devices {
		out.Means = Kept
	}
	return out
}

// deviceReplica gives each device a replica, so that no other shares one with the first device, which logs out everywhere.
func deviceReplica(device, replicas int) int {
	if device == 0 || replicas == 1 {
		return 0
	}
	return 1 + (device-1)%(replicas-1)
}

// LogoutEverywhere logs out on all devices, as the scheme has it.
func (u *User) LogoutEverywhere(ctx context.Context) error {
	_, err := u.expect(ctx, http.StatusNoContent, http.MethodPost, named(u.Scheme).Logout+"-everywhere", nil)
	return err
}
