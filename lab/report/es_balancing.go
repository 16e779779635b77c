package report

import "fmt"

var esBalancing = map[string]enEspanol{
	"http-forgets": {
		"¿Se acuerda de mí el servidor de una página a la siguiente?",
		"HTTP no tiene estado, así que el servidor te olvida entre una página y otra.",
		func(m measured) string {
			return fmt.Sprintf("Sin credencial, todos los esquemas responden 401: HTTP sí olvida, y lo que recuerda es la credencial que "+
				"acompaña a cada petición. Con la contraseña como credencial, una página tardó %s ms, casi todos en calcular el hash de "+
				"la contraseña; con una sesión en Redis tardó %s ms y con un token, %s ms.",
				m.tenth(basic, "page_ms"), m.tenth(sessionRedis, "page_ms"), m.tenth(tokenStateless, "page_ms"))
		},
	},
	"reference-or-value": {
		"¿Qué llevas tú en la mano y qué se queda en el servidor?",
		"La cookie de sesión lleva tus datos; el token va cifrado.",
		func(m measured) string {
			return fmt.Sprintf("Un ID de sesión no dice nada (%s bytes, más un registro en el servidor). La cookie firmada (%s bytes) y el token "+
				"(%s bytes) los puede leer quien los tenga, y no dejan registro. Solo el token de refresco que acompaña al token vuelve a "+
				"ser una ficha: dejó %s claves en Redis.",
				m.whole(sessionRedis, "credential_bytes"), m.whole(sessionCookie, "credential_bytes"),
				m.whole(tokenStateless, "credential_bytes"), m.whole(tokenStateless, "refresh_keys"))
		},
	},
	"round-robin": {
		"Un inicio de sesión y 30 peticiones, cada una a la réplica siguiente: ¿cuántas me reconocen todavía?",
		"Las sesiones no funcionan detrás de un balanceador.",
		func(m measured) string {
			return fmt.Sprintf("Solo se perdió la sesión guardada en la memoria de una réplica, en %.0f de 30 peticiones. Detrás del balanceador, "+
				"una sesión en Redis aguantó igual que un token: lo que importa es dónde se guarda la verdad, no si viaja en una cookie o "+
				"en una cabecera.", 30-m.Measure(sessionMemory, "ok"))
		},
	},
	"sticky": {
		"Lo mismo, pero siempre en la misma réplica: ¿cuántas me reconocen todavía?",
		"Con sesiones pegajosas (sticky) queda resuelto.",
		func(m measured) string {
			return fmt.Sprintf("Mientras la réplica siga viva, quedarse siempre en ella hace que baste incluso con su propia memoria: %s de 30. El "+
				"precio es no poder mandar una petición a otra parte, y eso es justo lo que hará falta en el siguiente experimento.",
				m.whole(sessionMemory, "ok"))
		},
	},
	"sticky-replica-dies": {
		"Se cae la réplica a la que estoy asignado: ¿se cierra mi sesión?",
		"Con sesiones pegajosas da igual dónde se guarde la sesión.",
		siempre("El balanceador mandó a todos a otra réplica sin perder ni una petición. Quien tenía la sesión en la memoria de la réplica " +
			"caída la perdió; quien la tenía en Redis, en la cookie o en un token no notó nada."),
	},
	"replica-silent": {
		"Una réplica acepta conexiones y no responde: ¿qué hace cada política y quién pierde la sesión?",
		"Un balanceador se da cuenta cuando una réplica ha dejado de funcionar.",
		func(m measured) string {
			lesson := fmt.Sprintf("Una réplica muerta rechaza; una muda hace esperar al balanceador. De %d clientes por política, esperaron todos los "+
				"que están asignados a ella (%.0f por la cookie y %.0f por la dirección), como mucho %s s, y %.0f de los que van por turnos. "+
				"Después el balanceador la saltó. La sesión guardada en su memoria no la conocía ninguna otra, y volvió a valer al final, porque "+
				"callar no es olvidar. Un GET se mandó a otra réplica; un POST recibió %s y no se mandó a ninguna, porque puede haber llegado.",
				len(m.Cells), m.sum("sticky_slow"), m.sum("hash_slow"), castilian.Decimal(m.Measure(sessionRedis, "sticky_worst_ms")/1000, 1),
				m.sum("round_robin_slow"), m.whole(sessionRedis, "post_status"))
			if m.sum("post_late") > 0 {
				lesson += " Había llegado: se ejecutó cuando la réplica despertó."
			}
			return lesson
		},
	},
	"rolling-deploy": {
		"Se reinician todas las réplicas, una tras otra: ¿cuántos tienen que volver a iniciar sesión?",
		"Con sesiones pegajosas, un despliegue pasa inadvertido.",
		func(m measured) string {
			lesson := fmt.Sprintf("Estar asignado a una réplica solo decide cuándo se pierde lo que guarda en su memoria: de %s personas con la "+
				"sesión allí, %s tuvieron que volver a iniciarla; con la sesión en Redis fueron %s; con una cookie firmada, %s; con un token, %s.",
				m.whole(sessionMemory, "users"), m.whole(sessionMemory, "had_to_log_in"), m.whole(sessionRedis, "had_to_log_in"),
				m.whole(sessionCookie, "had_to_log_in"), m.whole(tokenStateless, "had_to_log_in"))
			if m.Measure(sessionMemory, "logins_again") > m.Measure(sessionMemory, "had_to_log_in") {
				lesson += fmt.Sprintf(" Algunas, más de una vez (%s inicios de sesión): quien llegó mientras su réplica no estaba acabó en otra a la "+
					"que aún no le había tocado. Y nadie vuelve a su sitio: a la última réplica reiniciada le quedaron %s personas.",
					m.whole(sessionMemory, "logins_again"), m.whole(sessionMemory, "users_at_last"))
			}
			return lesson
		},
	},
	"scale-out": {
		"Se añade una réplica: ¿cuántos pierden la sesión con hash y cuántos con sticky?",
		"Añadir un servidor no perjudica a quien ya ha iniciado sesión.",
		func(m measured) string {
			return fmt.Sprintf("Con hash, una réplica más cambió de sitio a %s de %s personas, porque el resto de dividir la dirección entre el "+
				"número de réplicas cambia con ese número; %s de las que tenían la sesión en memoria la perdieron. La cookie sticky movió a %s "+
				"de %s, y por eso la réplica nueva se quedó sin trabajo. Las sesiones en Redis, las cookies firmadas y los tokens cambiaron de "+
				"réplica igual de a menudo y no perdieron nada.",
				m.whole(sessionMemory, "hash_moved"), m.whole(sessionMemory, "users"), m.whole(sessionMemory, "hash_logged_out"),
				m.whole(sessionMemory, "sticky_moved"), m.whole(sessionMemory, "sticky_users"))
		},
	},
	"one-address": {
		"Toda una clase sale por la misma dirección y el balanceador reparte por hash de la dirección: ¿quién hace el trabajo?",
		"El hash de la dirección del cliente reparte la carga.",
		func(m measured) string {
			return fmt.Sprintf("Cuando cada cual tenía su dirección, la réplica más cargada atendió a %s de %s personas; detrás de una sola "+
				"dirección atendió a %s, y las demás no tuvieron nada que hacer. Vale para todos los esquemas, porque el balanceador mira la "+
				"dirección y no la sesión. Basta con llegar desde otra dirección para acabar en otra réplica: por eso la perdieron %s con la "+
				"sesión en memoria, y %s con la sesión en Redis.",
				m.whole(sessionMemory, "own_busiest"), m.whole(sessionMemory, "users"), m.whole(sessionMemory, "one_busiest"),
				m.whole(sessionMemory, "logged_out"), m.whole(sessionRedis, "logged_out"))
		},
	},
	"redis-down": {
		"Redis se detiene: ¿quién pierde la sesión?",
		"Si Redis se cae, todos los que tienen una sesión se quedan fuera.",
		func(m measured) string {
			return fmt.Sprintf("Nadie perdió la sesión. Quien necesita Redis recibió un 503 en %s ms («ahora mismo no lo sé»), conservó la cookie y "+
				"volvió a entrar en cuanto Redis volvió. El token revocable también se detuvo: quien consulta una lista de denegación está "+
				"disponible solo mientras lo esté la lista.", m.whole(sessionRedis, "ms"))
		},
	},
	"redis-back": {
		"Redis vuelve con sus datos, y después vuelve vacío: ¿qué se ha olvidado?",
		"Perder Redis solo obliga a volver a iniciar sesión.",
		siempre("Con sus datos, todo siguió como antes. Vacío, falló en direcciones opuestas: las sesiones habían desaparecido, que es una molestia, " +
			"y también la lista de denegación, que dejó entrar a un token cuya sesión ya se había cerrado. Un almacén de sesiones perdido falla " +
			"cerrado; una lista de denegación perdida falla abierta."),
	},
}
