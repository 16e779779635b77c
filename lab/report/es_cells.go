package report

import "regexp"

// A phrase is what cells say, in Spanish. $1 is what the first group found.
type phrase struct {
	english *regexp.Regexp
	spanish string
}

// phrases come longer before shorter, where one is in the other.
var phrases = func() []phrase {
	var all []phrase
	for _, pair := range [][2]string{
		{`password checked on (\d+) of (\d+) pages`, "contraseña comprobada en $1 de $2 páginas"},
		{`a stranger gets (\d+)`, "un desconocido recibe $1"},
		{`all on 1 of (\d+)`, "todo en 1 de $1"},
		{`(\d+) of (\d+)`, "$1 de $2"},
		{`(\d+),(\d{3})`, "$1$2"},
		{`\d+(/\d+)?`, "$0"},
		{`revoked tokens live again`, "los tokens revocados resucitan"},
		{`refused elsewhere`, "rechazado en otras réplicas"},
		{`refused by the fast one`, "rechazado por la adelantada"},
		{`ends early or late`, "termina antes o después de tiempo"},
		{`ends early`, "termina antes de tiempo"},
		{`ends late`, "termina después de tiempo"},
		{`no difference`, "sin diferencia"},
		{`idle and absolute`, "inactividad y límite absoluto"},
		{`absolute`, "límite absoluto"},
		{`admin until it ends`, "administrador hasta que termina"},
		{`admin until`, "administrador hasta"},
		{`admin for a while`, "administrador un tiempo"},
		{`at once`, "al instante"},
		{`until exp`, "hasta exp"},
		{`family dies`, "muere la familia"},
		{`wins?`, "gana"},
		{`in, then out`, "dentro y luego fuera"},
		{`in, stays in`, "dentro, y ahí sigue"},
		{`in, then`, "dentro y luego"},
		{`never in`, "nunca dentro"},
		{`then known again`, "y luego reconocido otra vez"},
		{`logged out`, "pierde la sesión"},
		{`stays`, "sigue dentro"},
		{`not sent`, "no se envía"},
		{`sent, with CORS`, "se envía, con CORS"},
		{`sent`, "se envía"},
		{`refused`, "rechazado"},
		{`useless after`, "inservible después"},
		{`cannot read, can ride`, "no la lee, pero la usa"},
		{`reads it from storage`, "lo lee de localStorage"},
		{`grows to (\d+) KB`, "crece hasta $1\u00a0KB"},
		{`grows`, "crece"},
		{`flat`, "estable"},
		{`works`, "funciona"},
		{`fails`, "falla"},
		{`or stale`, "o desfasado"},
		{`one replica`, "una réplica"},
		{`replica`, "réplica"},
		{`revoked`, "los revocados"},
		{`password`, "contraseña"},
		{`records`, "registros"},
		{`record`, "registro"},
		{`claims`, "claims"},
		{`data`, "datos"},
		{`nothing`, "nada"},
		{`none`, "ninguno"},
		{`many`, "muchos"},
		{`all`, "todos"},
		{`not measured`, "sin medir"},
		{`not on this target`, "no disponible en este entorno"},
		{`exp|Redis|ID|CORS`, "$0"},
	} {
		all = append(all, phrase{regexp.MustCompile(`^(?:` + pair[0] + `)\b`), pair[1]})
	}
	return all
}()

var between = regexp.MustCompile(`^[ ,;:/+.×()–-]+`)

// inSpanish translates what a cell says, if it knows every word of it.
func inSpanish(text string) (translated string, known bool) {
	rest := text
next:
	for rest != "" {
		if gap := between.FindString(rest); gap != "" {
			translated, rest = translated+gap, rest[len(gap):]
			continue
		}
		for _, p := range phrases {
			if found := p.english.FindStringSubmatchIndex(rest); found != nil {
				translated = string(p.english.ExpandString([]byte(translated), p.spanish, rest, found))
				rest = rest[found[1]:]
				continue next
			}
		}
		return text, false
	}
	return translated, true
}
