package report

import (
	"fmt"
	"net/http"
)

var esAttacks = map[string]enEspanol{
	"forgery": {
		"alg none, confusión de claves, trucos con kid, un secreto adivinado: ¿abre un token falso la puerta del administrador?",
		"Los JWT son inseguros: cualquiera puede poner alg a none.",
		func(m measured) string {
			lesson := fmt.Sprintf("Se rechazaron %s de %s tokens falsos, entre ellos %s con secretos adivinados: aquí cada clave sirve para un solo "+
				"algoritmo y la elige el servidor, no el token, y un secreto tan corto que se pueda adivinar se rechaza al arrancar. %s",
				m.whole(tokenStateless, "refused"), m.whole(tokenStateless, "forgeries"), m.whole(tokenStateless, "guesses"), m.twin(tokenStateless))
			if m.Measure(tokenStateless, "cracked_tries") > 0 {
				lesson += fmt.Sprintf(" Su secreto cayó en el intento número %s, sin conexión, en %s ms.",
					m.whole(tokenStateless, "cracked_tries"), castilian.Decimal(m.Measure(tokenStateless, "cracked_ms"), 2))
			}
			return lesson
		},
	},
	"stolen": {
		"Copian mi credencial en otro cliente y después cierro la sesión: ¿sigue dentro el ladrón?",
		"Una sesión robada se puede cerrar; un token robado, no.",
		func(m measured) string {
			lesson := fmt.Sprintf("Mientras los dos estaban dentro, ningún servidor distinguió al ladrón del dueño. Al cerrar la sesión fue la memoria del "+
				"servidor (un registro que ya no estaba, o una lista de denegación) la que echó al ladrón; sin ella, siguió dentro %s minutos con el "+
				"token y %.0f horas con la cookie firmada, porque un ladrón activo la va renovando.",
				m.whole(tokenStateless, "minutes_after"), m.Measure(sessionCookie, "minutes_after")/60)
			if m.Measure(tokenRevocable, "status_if_renewed") == http.StatusOK {
				lesson += " Y si el dueño había renovado el token antes de cerrar la sesión, la lista de denegación no conocía el token anterior, el del ladrón."
			}
			return lesson
		},
	},
	"refresh-reuse": {
		"Alguien usa un token de refresco robado después de que lo usara su dueño: ¿quién sigue dentro?",
		"Un token de refresco de un solo uso deja fuera al ladrón.",
		func(m measured) string {
			return fmt.Sprintf("El segundo uso se rechazó, y con él el token de refresco más reciente de quien llegó primero: el servidor no distingue al "+
				"ladrón del dueño, así que los dos tienen que volver a iniciar sesión, llegara quien llegara tarde. Es una alarma y no un candado: el "+
				"token de acceso que había copiado el ladrón sirvió %s minutos más, y %s donde se consulta la lista de denegación.",
				m.whole(tokenStateless, "thief_access_minutes"), m.whole(tokenRevocable, "thief_access_minutes"))
		},
	},
	"concurrent-refresh": {
		"50 peticiones gastan a la vez el mismo token de refresco: ¿cuántas reciben uno nuevo?",
		"Quien refresca dos veces a la vez recibe dos tokens y ya está.",
		func(m measured) string {
			next, twice := m.whole(tokenStateless, "winner_refresh_status"), m.whole(tokenStateless, "double_click_refresh_status")
			worth := fmt.Sprintf("El siguiente token de refresco del ganador también se rechazó (%s), porque las demás contaron como reutilización y "+
				"acabaron con la familia; lo mismo pasó con dos a la vez (%s). Un doble clic inocente cuesta un inicio de sesión, así que el cliente "+
				"tiene que refrescar una sola vez cada vez.", next, twice)
			if m.Measure(tokenStateless, "winner_refresh_status") == http.StatusOK {
				worth = fmt.Sprintf("El siguiente token de refresco del ganador siguió sirviendo (%s), y después de dos a la vez respondió %s.", next, twice)
			}
			return fmt.Sprintf("De 50 a la vez, repartidas entre las réplicas, %s recibió un par nuevo y %s se rechazaron. %s",
				m.whole(tokenStateless, "wins"), m.whole(tokenStateless, "refused"), worth)
		},
	},
	"csrf": {
		"Tengo la sesión abierta y visito otro sitio, cuya página envía un formulario a /email: ¿cambia mi dirección?",
		"Las cookies están expuestas a CSRF, así que usa tokens.",
		func(m measured) string {
			return fmt.Sprintf("Se rechazaron %s de %s envíos falsos aunque la cookie viniera con ellos, y eso que SameSite=Lax la retiene en casa: %s por "+
				"el origen de la petición y %s, de navegadores que no lo dicen, porque ningún formulario puede enviar JSON declarándolo como tal. Un token en "+
				"una cabecera no necesita esos muros, porque ningún navegador lo envía por su cuenta; el mismo token en una cookie los necesita todos. %s",
				m.whole(sessionRedis, "refused"), m.whole(sessionRedis, "forms"), m.whole(sessionRedis, "refused_by_origin"),
				m.whole(sessionRedis, "refused_by_type"), m.twin(sessionRedis))
		},
	},
	"fixation": {
		"Un atacante deja en mi navegador un ID de sesión y después inicio sesión: ¿entra él también?",
		"Un ID de sesión que nadie puede adivinar es seguro.",
		func(m measured) string {
			return fmt.Sprintf("%s de %s ID plantados no sirvieron de nada tras el inicio de sesión: el que no creó el servidor no se adopta, y el que sí creó "+
				"termina cuando alguien inicia sesión con él. No hace falta adivinar un ID que se puede elegir, así que lo que cuenta es que cada inicio de "+
				"sesión reciba uno nuevo. %s",
				m.whole(sessionRedis, "useless"), m.whole(sessionRedis, "planted"), m.twin(sessionRedis))
		},
	},
}
