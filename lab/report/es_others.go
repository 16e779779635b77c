package report

import "fmt"

// cookies are the schemes whose credential a browser sends by itself: session-memory, session-redis, session-cookie and
// token-cookie.
const cookies = 4

var esOthers = map[string]enEspanol{
	"other-service": {
		"Un segundo servicio tiene que saber quién soy: ¿qué cuesta, y qué pasa si el primero se cae?",
		"Con tokens, los servicios no tienen que preguntarse nada.",
		func(m measured) string {
			keys := "que el servicio ya tenía"
			if m.Measure(tokenStateless, "first_home_calls") > 0 {
				keys = m.whole(tokenStateless, "first_home_calls") + " llamada, la primera vez"
			}
			return fmt.Sprintf("Una cookie solo significa algo en casa: cada petición costó allí %s llamada y, con la casa caída, la respuesta fue %s («no lo "+
				"sé»). Lo mismo pasó con la cookie firmada, que lo lleva todo dentro: para comprobarla, el servicio necesitaría la clave, y con esa clave "+
				"también podría firmar. (La sesión en la memoria de una réplica solo se reconoció porque se transmitió la cookie sticky del balanceador; sin ella, en "+
				"%s de 10.) El token se comprobó con claves públicas (%s) y siguió sirviendo con la casa caída. Ese es también su precio: tras cerrar la "+
				"sesión, quien preguntó en casa recibió %s y quien no preguntó siguió recibiendo %s.",
				m.whole(sessionRedis, "home_calls"), m.whole(sessionRedis, "status_home_down"), m.whole(sessionMemory, "known_round_robin"), keys,
				m.whole(tokenRevocable, "revoked_status"), m.whole(tokenRevocable, "revoked_status_alone"))
		},
	},
	"cross-origin": {
		"Una página de otro origen llama a la API: ¿se envía la credencial?",
		"CORS impide que otros sitios envíen mi cookie.",
		func(m measured) string {
			neighbour := ""
			if m.Measure(sessionRedis, "neighbour_status") > 0 {
				neighbour = fmt.Sprintf(" (Otro puerto del mismo host es otro origen, pero el mismo sitio: desde allí se enviaron %.0f de %d, y la página pudo "+
					"leer %.0f de las respuestas.)", m.sum("neighbour_sent"), cookies, m.sum("neighbour_read"))
			}
			return fmt.Sprintf("La petición desde otro sitio llegó, así que CORS no la detuvo, pero llegó sin la cookie y recibió %s: SameSite=Lax retuvo %.0f de "+
				"%d.%s Un token solo viaja si una página lo presenta, y ahí es donde decide CORS: una página autorizada por el segundo servicio recibió %s, y de 2 "+
				"peticiones desde una página que nadie autoriza salieron del navegador %s.",
				m.whole(sessionRedis, "status"), m.sum("held_by_samesite"), cookies, neighbour,
				m.whole(tokenStateless, "status"), m.whole(tokenStateless, "sent_without_cors"))
		},
	},
	"script-reads": {
		"Un script en la página busca la credencial: ¿qué consigue?",
		"HttpOnly protege las cookies de los scripts.",
		func(m measured) string {
			read := m.sum("read") - m.Measure(tokenStateless, "read") - m.Measure(tokenRevocable, "read")
			return fmt.Sprintf("El script leyó %.0f de %d cookies, así que HttpOnly aguantó, y aun así pudo actuar: su petición, hecha desde la propia página, se llevó la "+
				"cookie y cambió la dirección de correo (%s). El token lo leyó de localStorage, y en otra máquina ese token recibió un %s con la página ya "+
				"cerrada. HttpOnly retiene al ladrón en la página; no le impide usarla.",
				read, cookies, m.whole(sessionRedis, "status_riding"), m.whole(tokenStateless, "status_elsewhere"))
		},
	},
}
