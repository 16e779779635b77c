package report

import (
	"fmt"
	"net/http"
)

var esCosts = map[string]enEspanol{
	"store-lookups": {
		"¿Cuántas veces se consulta Redis en 1000 peticiones?",
		"Los tokens no necesitan consultas; las sesiones, una por petición.",
		siempre("Un comando por cada petición de una sesión en Redis, y ninguno por un token. Pero un token que se puede revocar cuesta exactamente lo mismo " +
			"que la sesión, y la sesión en memoria y la cookie firmada tampoco cuestan nada. La consulta es el precio de poder olvidar a alguien, no de " +
			"usar cookies."),
	},
	"latency": {
		"Redis se aleja 1 ms y 5 ms: ¿cuánto tarda una petición?",
		"Los tokens son más rápidos que las sesiones.",
		func(m measured) string {
			return fmt.Sprintf("Con Redis a 5 ms, una petición con la sesión allí tardó %s ms en lugar de %s, y una con un token revocable, %s ms en lugar de %s: las "+
				"dos preguntan una vez. La sesión en memoria (%s ms), la cookie firmada (%s ms) y el token sin estado (%s ms) ni se enteraron. Lo rápido es no "+
				"preguntar, con token o sin él.",
				m.tenth(sessionRedis, "median_5ms"), m.tenth(sessionRedis, "median_0ms"),
				m.tenth(tokenRevocable, "median_5ms"), m.tenth(tokenRevocable, "median_0ms"),
				m.tenth(sessionMemory, "median_5ms"), m.tenth(sessionCookie, "median_5ms"), m.tenth(tokenStateless, "median_5ms"))
		},
	},
	"size": {
		"Un usuario pasa de 1 a 300 permisos: ¿cuánto ocupa una petición y cuándo deja de caber?",
		"Un token lo lleva todo, así que el servidor no tiene que preguntar.",
		func(m measured) string {
			return fmt.Sprintf("Un ID de sesión se quedó como estaba: %s bytes por petición, con 1 permiso o con 300. Un token ocupó %s bytes con 1 y %s con 300, en cada "+
				"petición; con %s pasó de 8 KB, y %s. La cookie firmada dejó de servir con %s: %s. El mismo token en una cookie dejó de servir con %s, porque ningún "+
				"navegador guarda una cookie de más de 4 KB: %s.",
				m.whole(sessionRedis, "bytes_300"), m.whole(tokenStateless, "bytes_1"), m.whole(tokenStateless, "bytes_300"),
				m.whole(tokenStateless, "breaks_at"), m.breakOf(tokenStateless), m.whole(sessionCookie, "breaks_at"), m.breakOf(sessionCookie),
				m.whole(tokenCookie, "breaks_at"), m.breakOf(tokenCookie))
		},
	},
	"server-memory": {
		"¿Qué guarda el servidor por cada usuario con la sesión abierta, y dónde?",
		"Los tokens no le cuestan nada al servidor; las sesiones le llenan la memoria.",
		func(m measured) string {
			session, refresh := m.Measure(sessionRedis, "bytes_per_user"), m.Measure(tokenRevocable, "refresh_bytes_per_user")
			return fmt.Sprintf("Una sesión ocupó %s bytes en una réplica, o %s en Redis, que son %s MB para 10\u202f000 usuarios. La cookie firmada y el token de acceso no "+
				"ocuparon nada: seguían valiendo con Redis vacío. Pero el token de refresco que lo acompaña vuelve a ser una ficha y ocupó %s bytes (%s MB), casi lo "+
				"mismo que una sesión; y cada inicio de sesión revocado, %s más hasta el momento en que sus tokens habrían caducado.",
				m.whole(sessionMemory, "bytes_per_user"), m.whole(sessionRedis, "bytes_per_user"), castilian.Decimal(session/100, 1),
				m.whole(tokenRevocable, "refresh_bytes_per_user"), castilian.Decimal(refresh/100, 1), m.whole(tokenRevocable, "bytes_per_logout"))
		},
	},
}

// breakOf says what a user sees whose permissions do not fit any more.
func (m measured) breakOf(scheme string) string {
	said := "el inicio de sesión respondió " + m.whole(scheme, "login_at_break")
	if m.Measure(scheme, "login_at_break") == http.StatusOK {
		said += " y la página siguiente, " + m.whole(scheme, "status_at_break")
	}
	return said
}
