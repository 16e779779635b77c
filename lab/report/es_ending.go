package report

import (
	"fmt"
	"net/http"
)

var esEnding = map[string]enEspanol{
	"logout": {
		"Cierro la sesión y alguien vuelve a enviar la credencial antigua: ¿todavía sirve?",
		"Las cookies se pueden anular; los tokens, no.",
		siempre("Lo que decide es si el servidor tiene algo que borrar, no si se usa cookie o cabecera. La cookie firmada siguió sirviendo después " +
			"de cerrar la sesión, igual que el token sin estado; el token que se comprueba contra una lista de denegación murió en el acto, como " +
			"las dos sesiones con registro."),
	},
	"logout-everywhere": {
		"Tres dispositivos, cada uno en otra réplica, y uno pide «cerrar todas las sesiones»: ¿cuáles quedan fuera?",
		"Las sesiones se pueden cerrar en todas partes; los tokens, no.",
		func(m measured) string {
			return fmt.Sprintf("Llegó hasta donde alguien se acuerda: a %s de 3 dispositivos con sesiones en la memoria de las réplicas, a %s con "+
				"sesiones en Redis y a %s con cookies firmadas, que también son sesiones. Los mismos tres tokens siguieron valiendo donde solo se "+
				"comprueba la firma (%s rechazados) y murieron donde se consulta la lista de denegación (%s rechazados).",
				m.whole(sessionMemory, "refused"), m.whole(sessionRedis, "refused"), m.whole(sessionCookie, "refused"),
				m.whole(tokenStateless, "refused"), m.whole(tokenRevocable, "refused"))
		},
	},
	"tamper": {
		"Alguien cambia un carácter de la credencial, o el rol que lleva dentro: ¿se da cuenta alguien?",
		"Quien puede leer un token puede cambiarlo.",
		func(m measured) string {
			return fmt.Sprintf("No coló ninguno de los %s cambios en el token ni de los %s en la cookie firmada, aunque los dos se pueden leer; tampoco "+
				"ninguno de los %s en el ID de sesión, que no va firmado: simplemente no se puede adivinar.",
				m.whole(tokenStateless, "changes"), m.whole(sessionCookie, "changes"), m.whole(sessionRedis, "changes"))
		},
	},
	"expiry": {
		"Inactividad, límite absoluto, renovación: ¿qué pone fin a una sesión?",
		"Las sesiones duran mientras las usas; los tokens caducan.",
		func(m measured) string {
			return fmt.Sprintf("Sin uso, una sesión terminó a los %s minutos; con uso continuo se fue renovando y terminó de todos modos a las %.0f "+
				"horas. La cookie firmada también puede hacerlo, porque se escribe de nuevo. Un token de acceso terminó cuando decía, a los %s "+
				"minutos, por mucho que se usara: ahí lo que se renueva es el token de refresco.",
				m.whole(sessionRedis, "said_minutes"), m.Measure(sessionRedis, "busy_minutes")/60, m.whole(tokenStateless, "said_minutes"))
		},
	},
	"stale-role": {
		"Al administrador se le quita el rol con la sesión abierta: ¿cuándo se nota, y cuánto cuesta saberlo?",
		"Una sesión siempre conoce tu rol actual; un token, nunca.",
		func(m measured) string {
			return fmt.Sprintf("Estar al día tiene un precio: con una sesión que solo nombra al usuario, cada petición preguntó a la base de datos de "+
				"usuarios (%s consulta) y el cambio surtió efecto al instante. Quien lleva el rol encima no preguntó a nadie y siguió siendo "+
				"administrador: %s minutos con un token y %.0f horas con una cookie firmada, que también es una sesión.",
				m.whole(sessionRedis, "users_lookups"), m.whole(tokenStateless, "minutes"), m.Measure(sessionCookie, "minutes")/60)
		},
	},
	"key-rotation": {
		"Se cambia la clave de firma, primero con solapamiento y después sin él: ¿cuántos tokens y cookies firmadas se rechazan?",
		"Cambiar la clave echa a todo el mundo.",
		func(m measured) string {
			return fmt.Sprintf("Mientras la clave antigua siguió verificando, nadie lo notó; sin ella, todas las réplicas rechazaron todos los tokens, y "+
				"también todas las cookies firmadas. Aun así, quien tenía un token de refresco no necesitó contraseña (%s): ese se busca en Redis y "+
				"no lo firma ninguna clave.", m.whole(tokenStateless, "refresh_status"))
		},
	},
	"boot-key": {
		"Cada réplica crea su propia clave al arrancar; un inicio de sesión y 30 peticiones por turnos: ¿cuántas me reconocen?",
		"Los tokens no tienen estado, así que cualquier réplica puede comprobarlos.",
		func(m measured) string {
			return fmt.Sprintf("%s de 30 con el token y %s con la cookie firmada: solo la réplica que firmó aceptó lo que había firmado. Una clave "+
				"también es estado, y lo que cada réplica se guarda para sí se comporta como una sesión en su memoria.",
				m.whole(tokenStateless, "ok"), m.whole(sessionCookie, "ok"))
		},
	},
	"clock-skew": {
		"El reloj de una réplica va diez minutos adelantado: ¿qué le pasa a una sesión?",
		"Los tokens necesitan relojes que coincidan; las sesiones, no.",
		func(m measured) string {
			if m.Measure(tokenStateless, "minutes") == 0 {
				return "Para que dos relojes no coincidan hacen falta dos réplicas."
			}
			lesson := fmt.Sprintf("Lo que escribió un reloj y leyó otro salió mal, también en las sesiones. Otra réplica rechazó un token nuevo de la "+
				"adelantada (%s), y esta dio por terminados todos los demás antes de tiempo; además, la adelantada hizo caducar una sesión en Redis "+
				"cinco minutos antes, y para todos (%s en las demás). Solo salió indemne lo que lee un único reloj.",
				m.whole(tokenStateless, "new_elsewhere"), m.whole(sessionRedis, "early_elsewhere"))
			if m.Measure(tokenRevocable, "logged_out_elsewhere") == http.StatusOK {
				lesson += " Y un token cuya sesión se cerró en la réplica adelantada resucitó en las demás, porque la lista de denegación lo " +
					"soltó según el reloj adelantado."
			}
			return lesson
		},
	},
}
