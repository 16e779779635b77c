package report

import "fmt"

var castilian = words{
	Lang:  Spanish,
	Title: "Sesiones y tokens, puestos a prueba",
	Intro: "El mismo usuario inicia sesión con cookies y con tokens. Las mismas peticiones llegan, a través de un balanceador, " +
		"a varias réplicas. Algo se rompe a propósito. Cada predicción quedó escrita antes de la prueba.",
	Where: "Dónde se midió", Target: "Entorno", Replicas: "Réplicas", Users: "Usuarios simulados",
	Embedded: "integrado", OwnRedis: "propio", System: "Sistema",
	Summary: "Resumen",
	SummaryHint: "✓ como se predijo · ✗ sorpresa, con la predicción debajo · ○ aquí no se puede medir · " +
		"vacío: la pregunta no afecta a este esquema.",
	Contents:   "Experimentos",
	Experiment: "Experimento", Scheme: "Esquema", Predicted: "Predicción", Observed: "Resultado", Measure: "Medida",
	AsPredicted: "como se predijo", Surprise: "sorpresa", NotMeasured: "aquí no se puede medir",
	NotConcerned: "no le afecta",
	Said:         "Se suele decir", Lesson: "Conclusión", Numbers: "Los números",
	AllAsPredicted: "Todo salió como se predijo",
	Incomplete:     "Incompleto", NotRun: "Sin hacer", Broken: "Se interrumpió",
	Experiments: func(n int) string { return counted(n, "experimento", "experimentos") },
	Surprises:   func(n int) string { return counted(n, "experimento con sorpresa", "experimentos con sorpresas") },
	StoppedAfter: func(done, all int) string {
		return fmt.Sprintf("La prueba se detuvo tras %d de %d experimentos.", done, all)
	},

	LogInAgain: "Personas que tuvieron que volver a iniciar sesión", ReplicasRestarted: "réplicas reiniciadas",
	MedianTime: "Tiempo mediano de una petición, en ms", StoreDistance: "distancia al almacén de sesiones, en ms",
	RequestBytes: "Bytes por petición, mientras funciona", Permissions: "permisos",
	PageTime: "Tiempo por página, en ms", Load: "Cuántas personas atiende cada réplica", OwnAddresses: "cada cual la suya", OneAddress: "misma dirección",
	OneReplicaMore: "Personas, al añadir una réplica", Moved: "cambian de réplica", LoggedOut: "pierden la sesión (session-memory)",

	months: []string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},

	decimal: ",", thousands: "\u202f", dateOrder: "%d de %s de %d, %s", timeZone: "MST",
}
