package io.k8j.e2e.walkthrough;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.e2e.kubectl.Result;
import io.k8j.e2e.kubectl.Session;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Part A, the commands that keep a connection open: run, attach, exec, port-forward, cp, debug, proxy, logs -f. Old
 * kubectls stream over SPDY, new ones over WebSocket.
 */
@ParameterizedClass
@MethodSource("kubectls")
class StreamsIT extends Walkthrough {
    private static final Duration SOON = Duration.ofSeconds(120);
    private static final Pattern FORWARDING = Pattern.compile("Forwarding from 127\\.0\\.0\\.1:(\\d+) -> (\\d+)");

    @Test
    @Order(10)
    void thePodsStart() {
        run("kubectl create -f nginx-po.yaml").prints("pod/nginx-po created");
        run("kubectl create -f client.yaml").prints("pod/client created");
        awaitPodReady("nginx-po");
        awaitPodReady("client");
    }

    @Test
    @Order(20)
    void execRunsACommandAndPassesItsExitCode() {
        assertThat(run("kubectl exec client -- ls /").succeeds().lines())
                .containsExactly(
                        "bin", "dev", "etc", "home", "lib", "lib64", "proc", "root", "run", "sbin", "sys", "tmp", "usr",
                        "var");
        Result failed = run("kubectl exec client -- sh -c 'exit 3'");
        assertThat(failed.exit()).isEqualTo(3);
        assertThat(failed.stderr()).isEqualTo("command terminated with exit code 3\n");
        Result both = run("kubectl exec client -- sh -c 'echo out; echo err >&2'");
        assertThat(both.stdout()).isEqualTo("out\n");
        assertThat(both.stderr()).isEqualTo("err\n");
        run("kubectl exec client -- nope").failsMentioning("exec: \"nope\": executable file not found in $PATH");
        run("kubectl exec client -c zz -- ls").failsMentioning("container zz is not valid for pod client");
    }

    @Test
    @Order(30)
    void execPassesInputToItsEnd() {
        shell().runWithInput("one\ntwo\n", "kubectl exec -i client -- wc -l").prints("2");
        String big = "0123456789abcdef".repeat(1 << 17);
        assertThat(shell().runWithInput(big, "kubectl exec -i client -- wc -c").text())
                .isEqualTo(Integer.toString(big.length()));
        assertThat(run("kubectl exec client -- head -c 5000000 /dev/zero | wc -c")
                        .text())
                .isEqualTo("5000000");
    }

    @Test
    @Order(40)
    void execGivesARealTerminal() {
        try (Session terminal = shell().startInTerminal("kubectl exec -it client -- sh")) {
            terminal.expect("#", SOON)
                    .type("tty\n")
                    .expect("/dev/pts/", SOON)
                    .type("stty size\n")
                    .expect("24 80", SOON)
                    .type("exit 7\n");
            Result ended = terminal.finish(SOON);
            assertThat(ended.exit()).isEqualTo(7);
            assertThat(ended.stdout()).contains("stty size").contains("command terminated with exit code 7");
        }
    }

    @Test
    @Order(50)
    void runGivesAnInteractiveShell() {
        try (Session terminal = shell().startInTerminal(
                        "kubectl run -i --tty busybox --image=busybox --image-pull-policy=IfNotPresent --restart=Never"
                                + " --rm -- sh")) {
            terminal.expect(text -> text.contains("#"), "a prompt", PATIENCE)
                    .type("echo $((6 * 7))\n")
                    .expect("42", SOON)
                    .type("exit\n");
            assertThat(terminal.finish(SOON).stdout()).contains("pod \"busybox\" deleted");
        }
    }

    @Test
    @Order(60)
    void runAttachesWithoutATerminal() {
        // A command that waits for its input cannot end before kubectl is attached, nor before its output was seen.
        try (Session hi = start(
                "kubectl run bb --image=busybox:1.36 --image-pull-policy=IfNotPresent --restart=Never -i --rm -- cat")) {
            hi.type("hi\n").expect("hi\n", PATIENCE).endOfInput();
            assertThat(hi.finish(PATIENCE).succeeds().stdout()).contains("pod \"bb\" deleted");
        }
        Result code =
                run("kubectl run bb2 --image=busybox:1.36 --image-pull-policy=IfNotPresent --restart=Never -i --rm"
                        + " -- sh -c 'exit 4'");
        assertThat(code.exit()).isEqualTo(4);
    }

    @Test
    @Order(70)
    void attachTalksToTheMainProcess() {
        apply("""
            apiVersion: v1
            kind: Pod
            metadata: {name: echo}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - name: c
                image: busybox:1.36
                imagePullPolicy: IfNotPresent
                stdin: true
                command: [sh, -c, 'while read line; do echo "got $line"; done']
            """).prints("pod/echo created");
        awaitPodReady("echo");
        try (Session attached = start("kubectl attach echo -i")) {
            attached.type("hello\n").expect("got hello", SOON);
        }
        run("kubectl logs echo").mentions("got hello");
    }

    @Test
    @Order(80)
    void logsFollowUntilTheEnd() {
        run("kubectl run count --image=busybox:1.36 --image-pull-policy=IfNotPresent --restart=Never"
                        + " -- sh -c 'for i in 1 2 3 4 5; do echo line $i; sleep 0.3; done'")
                .prints("pod/count created");
        eventually(() -> run("kubectl logs count").mentions("line 1"));
        run("kubectl logs -f count").prints("line 1", "line 2", "line 3", "line 4", "line 5");
        run("kubectl logs count --tail=2").prints("line 4", "line 5");
        run("kubectl delete pod count --now").succeeds();
    }

    @Test
    @Order(85)
    void logsFollowAcrossRotation() {
        // Each line takes about 46 bytes in the log, which is rotated at 10 MiB. The container ends only when all was
        // seen: containerd's shim gives the last bytes of an ended one two seconds, which may not do on a busy machine.
        int lines = 450_000;
        run("kubectl run chatty --image=busybox:1.36 --image-pull-policy=IfNotPresent --restart=Never -- sh -c "
                        + "'seq 1 250000; while ! [ -e /tmp/go ]; do sleep 0.2; done; seq 250001 " + lines
                        + "; while ! [ -e /tmp/end ]; do sleep 0.2; done'")
                .prints("pod/chatty created");
        awaitPodReady("chatty");
        try (Session followed = start("kubectl logs -f chatty > followed")) {
            if (cluster().isOwn()) eventually(() -> assertThat(rotatedLogs()).isNotEmpty());
            run("kubectl exec chatty -- touch /tmp/go").succeeds();
            eventually(() -> run("tail -n 1 followed").prints(Integer.toString(lines)));
            run("kubectl exec chatty -- touch /tmp/end").succeeds();
            assertThat(followed.finish(PATIENCE).exit()).isZero();
        }
        run("awk '$1 != NR {print \"gap\", NR, $1; exit} END {print NR}' followed")
                .prints(Integer.toString(lines));
        run("kubectl delete pod chatty --now").succeeds();
    }

    /** The logs of the Pod {@code chatty} that are no longer written to. */
    private List<Path> rotatedLogs() throws IOException {
        Path logs = cluster().server().dataDirectory().resolve("agent/logs/pods");
        try (Stream<Path> files = Files.walk(logs)) {
            return files.filter(f -> f.toString().contains(namespace() + "_chatty_"))
                    .filter(f -> f.getFileName().toString().matches("0\\.log\\..+"))
                    .toList();
        }
    }

    @Test
    @Order(90)
    void portForwardCarriesManyConnectionsAtOnce() throws Exception {
        try (Session forward = start("kubectl port-forward nginx-po :80")) {
            int port = forwardedPort(forward);
            try (HttpClient http = HttpClient.newHttpClient();
                    var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var calls = new ArrayList<Callable<HttpResponse<String>>>();
                for (int i = 0; i < 30; i++) {
                    calls.add(() -> http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString()));
                }
                for (Future<HttpResponse<String>> answer : threads.invokeAll(calls)) {
                    assertThat(answer.get().body()).contains("nginx:1.25.3");
                }
            }
        }
        try (Session refused = start("kubectl port-forward nginx-po :81")) {
            int port = forwardedPort(refused);
            try (Socket socket = new Socket("127.0.0.1", port)) {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
            eventually(() -> assertThat(refused.errors()).contains("an error occurred forwarding"));
        }
    }

    private int forwardedPort(Session forward) {
        forward.expect(text -> FORWARDING.matcher(text).find(), "where it listens", SOON);
        Matcher matcher = FORWARDING.matcher(forward.output());
        assertThat(matcher.find()).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    @Test
    @Order(100)
    void portForwardCarriesHalfClosedAndLargeTransfers() throws Exception {
        apply("""
            apiVersion: v1
            kind: Pod
            metadata: {name: sums, labels: {app: sums}}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - name: c
                image: busybox:1.36
                imagePullPolicy: IfNotPresent
                command: [nc, -ll, -p, "6000", -e, sha256sum]
                ports: [{containerPort: 6000}]
            """).succeeds();
        run("kubectl expose pod sums --port=7000 --target-port=6000").prints("service/sums exposed");
        awaitPodReady("sums");
        byte[] big = new byte[8_000_000];
        new Random(1).nextBytes(big);
        String expected =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(big));
        for (String target : new String[] {"pod/sums :6000", "svc/sums :7000"}) {
            try (Session forward = start("kubectl port-forward " + target)) {
                try (Socket socket = new Socket("127.0.0.1", forwardedPort(forward))) {
                    socket.setSoTimeout(30_000);
                    socket.getOutputStream().write(big);
                    socket.shutdownOutput();
                    assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                            .startsWith(expected);
                }
            }
        }
    }

    @Test
    @Order(110)
    void cpCopiesBothWays() throws IOException {
        Path there = shell().directory().resolve("there");
        Files.writeString(there, "content ".repeat(50_000));
        run("kubectl cp there client:/tmp/x").succeeds();
        run("kubectl cp client:/tmp/x back").succeeds();
        assertThat(shell().directory().resolve("back")).hasSameBinaryContentAs(there);
        run("kubectl cp dir client:/tmp/dir").succeeds();
        run("kubectl exec client -- ls /tmp/dir").prints("a.yaml", "b.yaml");
    }

    @Test
    @Order(120)
    void debugAddsAnEphemeralContainer() {
        apply("""
            apiVersion: v1
            kind: Pod
            metadata: {name: bare}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - {name: sleeper, image: sleeper, imagePullPolicy: IfNotPresent}
            """).succeeds();
        awaitPodReady("bare");
        try (Session debug = shell().startInTerminal(
                        "kubectl debug -it bare --image=busybox:1.36 --image-pull-policy=IfNotPresent"
                                + " --target=sleeper -c dbg -- sh")) {
            debug.expect("#", PATIENCE).type("ps\n").expect("/sleep", SOON).type("exit\n");
            debug.finish(SOON);
        }
        assertThat(get("pod bare", ".status.ephemeralContainerStatuses[0].name"))
                .isEqualTo("dbg");
    }

    @Test
    @Order(130)
    void proxyServesTheApi() throws Exception {
        try (Session proxy = start("kubectl proxy --port=0")) {
            proxy.expect("Starting to serve on 127.0.0.1:", SOON);
            String address = proxy.output().strip().replaceAll("(?s).*serve on ", "");
            // Java's client would ask for an upgrade to HTTP/2, which kubectl passes on and the server does not do.
            try (HttpClient http =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
                var version = http.send(
                        HttpRequest.newBuilder(URI.create("http://" + address + "/version"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(version.body()).contains("\"gitVersion\": \"v1.36.");
            }
        }
    }
}
