package class

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// quietZone is how many light modules a QR code needs around it (ISO/IEC 18004).
const quietZone = 4

// qrRows returns the QR code of a text as rows of 1 (dark) and 0, with its quiet zone.
func qrRows(text string) ([]string, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, fmt.Errorf("QR code: %w", err)
	}
	size := code.Size + 2*quietZone
	rows := make([]string, size)
	for y := range rows {
		row := make([]byte, size)
		for x := range row {
			row[x] = '0'
			if code.Black(x-quietZone, y-quietZone) {
				row[x] = '1'
			}
		}
		rows[y] = string(row)
	}
	return rows, nil
}

// TerminalQR draws a QR code with two rows of modules in one line of text. It sets both colours, so that it is dark on
// light in every terminal.
func TerminalQR(text string) (string, error) {
	rows, err := qrRows(text)
	if err != nil {
		return "", err
	}
	if len(rows)%2 == 1 {
		rows = append(rows, strings.Repeat("0", len(rows)))
	}
	var drawn strings.Builder
	for y := 0; y < len(rows); y += 2 {
		drawn.WriteString("\x1b[30;107m")
		for x := range rows[y] {
			drawn.WriteString(map[string]string{"00": " ", "01": "▄", "10": "▀", "11": "█"}[rows[y][x:x+1]+rows[y+1][x:x+1]])
		}
		drawn.WriteString("\x1b[0m\n")
	}
	return drawn.String(), nil
}
