"""A CRM that keeps what it is sent: a file for each path in a directory, whose file "port" says where it listens.
/broken always fails."""

import http.server
import pathlib
import sys

home = pathlib.Path(sys.argv[1])


class Crm(http.server.BaseHTTPRequestHandler):
	def do_POST(self):
		body = self.rfile.read(int(self.headers["Content-Length"]))
		if self.path == "/broken":
			self.send_error(503)
			return
		with open(home / self.path.strip("/"), "ab") as kept:
			kept.write(body + b"\n")
		self.send_response(204)
		self.end_headers()


server = http.server.HTTPServer(("127.0.0.1", 0), Crm)
(home / "port").write_text(str(server.server_port))
server.serve_forever()
