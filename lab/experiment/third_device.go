package experiment

import (
	"context"
	"net/http"

	"authlab/lab/contract"
)

// thirdDevice allows a user two logins, and logs in from three devices, one after the other, each at the next replica.
func thirdDevice() Experiment {
	schemes := except(Basic)
	return Experiment{
		Name: "third-device",
		PredictedFor: func(replicas int) Predictions {
			predicted := same(devicesIn(true, true), schemes...)
			predicted[SessionRedis] = devicesIn(false, true)
			if replicas == 1 { // its memory is the one place
				predicted[SessionMemory] = devicesIn(false, true)
			}
			return predicted
		},
		Choices: these(devicesIn(false, true), devicesIn(true, true), devicesIn(true, false)),
		Run: func(ctx context.Context, trial *Trial) error {
			replicas, err := trial.ReplicaNames(ctx)
			if err != nil {
				return err
			}
			if err := trial.Target.Set(ctx, contract.Settings{MaxSessions: devices - 1}); err != nil {
				return err
			}
			var owned [devices]Logins
			for i := range owned {
				if owned[i], err = trial.LoggedInAt(ctx, replicas[i%len(replicas)], schemes...); err != nil {
					return err
				}
			}
			in := map[string]*[devices]bool{}
			for i, device := range owned {
				answers, err := device.get(ctx, "/me")
				if err != nil {
					return err
				}
				for scheme, answer := range answers {
					if in[scheme] == nil {
						in[scheme] = &[devices]bool{}
					}
					in[scheme][i] = answer.Status == http.StatusOK
				}
			}
			for _, scheme := range schemes {
				logins := 0
				for _, isIn := range in[scheme] {
					if isIn {
						logins++
					}
				}
				trial.Observe(scheme, devicesIn(in[scheme][0], in[scheme][devices-1]), map[string]float64{"logins": float64(logins), "allowed": devices - 1})
			}
			return nil
		},
	}
}

// devicesIn says whether the oldest and the newest of too many devices are logged in. All in is dangerous: there was a limit.
func devicesIn(oldest, newest bool) Outcome {
	switch {
	case !newest:
		return Lost.says("newest-refused")
	case oldest:
		return Dangerous.says("all-in")
	}
	return Kept.says("oldest-out")
}
