// Streams of the official JavaScript client: KUBECONFIG says where, NAMESPACE has a running Pod "streams" with a container
// "c", which printed "hello", and a container "server", which answers on port 8080.
import assert from "node:assert/strict";
import net from "node:net";
import { Readable, Writable } from "node:stream";
import test from "node:test";
import * as k8s from "@kubernetes/client-node";

const config = new k8s.KubeConfig();
config.loadFromDefault();
const namespace = process.env.NAMESPACE;

class Text extends Writable {
    text = "";
    _write(chunk, encoding, done) {
        this.text += chunk;
        done();
    }
}

function exec(command, stdin = null) {
    return new Promise((resolve, reject) => {
        const stdout = new Text();
        const stderr = new Text();
        new k8s.Exec(config)
            .exec(namespace, "streams", "c", command, stdout, stderr, stdin, false, (status) =>
                resolve({ status, stdout: stdout.text, stderr: stderr.text }),
            )
            .catch(reject);
    });
}

test("exec has output, errors and the end of a command", async () => {
    const good = await exec(["sh", "-c", "echo out; echo err >&2"]);
    assert.equal(good.status.status, "Success");
    assert.equal(good.stdout, "out\n");
    assert.equal(good.stderr, "err\n");
    const bad = await exec(["sh", "-c", "exit 7"]);
    assert.equal(bad.status.status, "Failure");
    assert.equal(bad.status.reason, "NonZeroExitCode");
    assert.deepEqual(bad.status.details.causes, [{ reason: "ExitCode", message: "7" }]);
});

test("exec reads what is typed", async () => {
    const echoed = await exec(["sh", "-c", "read line; echo got $line"], Readable.from(["word\n"]));
    assert.equal(echoed.stdout, "got word\n");
});

test("logs are followed", async () => {
    const log = new Text();
    const controller = await new k8s.Log(config).log(namespace, "streams", "c", log, { follow: true });
    try {
        const end = Date.now() + 60_000;
        while (log.text !== "hello\n") {
            assert.ok(Date.now() < end, log.text);
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
    } finally {
        controller.abort();
    }
});

test("a port is forwarded", async () => {
    const forward = new k8s.PortForward(config);
    const server = net.createServer((socket) => forward.portForward(namespace, "streams", [8080], socket, null, socket));
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
        const answer = await fetch(`http://127.0.0.1:${server.address().port}/over/there`, { headers: { connection: "close" } });
        assert.equal(await answer.text(), "GET /over/there\n");
    } finally {
        server.close();
    }
});
