package io.k8j.kubelet.probes;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LifecycleHandler;
import io.fabric8.kubernetes.api.model.LifecycleHandlerBuilder;
import io.k8j.kubelet.cri.ContainerRuntime;
import io.k8j.kubelet.cri.v1.ExecSyncResponse;
import io.k8j.model.time.SystemTime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What is told of hooks that fail. */
class HooksTest {
    private final List<String> strange = new ArrayList<>();
    private final Container container = new ContainerBuilder().withName("c").build();

    private String run(LifecycleHandler handler) {
        ContainerRuntime runtime = (ContainerRuntime) Proxy.newProxyInstance(
                HooksTest.class.getClassLoader(),
                new Class<?>[] {ContainerRuntime.class},
                (proxy, method, arguments) -> method.getName().equals("hasNetwork")
                        ? (Object) true
                        : ExecSyncResponse.newBuilder()
                                .setExitCode(3)
                                .setStdout(ByteString.copyFromUtf8("out\n"))
                                .setStderr(ByteString.copyFromUtf8("err"))
                                .build());
        try (SystemTime time = new SystemTime()) {
            return new Actions(runtime, time)
                    .hook(handler, "p_ns(uid)", container, "id", "127.0.0.1", Duration.ZERO, strange::add);
        }
    }

    @Test
    void aCommandThatFailsIsToldWithItsOutput() {
        assertThat(run(new LifecycleHandlerBuilder()
                        .withNewExec()
                        .withCommand("sh", "-c", "exit 3")
                        .endExec()
                        .build()))
                .isEqualTo(
                        "Exec lifecycle hook ([sh -c exit 3]) for Container \"c\" in Pod \"p_ns(uid)\" failed - error:"
                                + " command 'sh -c exit 3' exited with 3: err, message: \"out\\nerr\"");
    }

    private static LifecycleHandler https(int port) {
        return new LifecycleHandlerBuilder()
                .withNewHttpGet()
                .withScheme("HTTPS")
                .withPath("/x")
                .withPort(new IntOrString(port))
                .addNewHttpHeader("Authorization", "secret")
                .endHttpGet()
                .build();
    }

    /** Answers in plain HTTP, whatever is said, as servers do. */
    private static void serve(ServerSocket server, List<String> heard) {
        while (true) {
            try (Socket socket = server.accept()) {
                PushbackInputStream in = new PushbackInputStream(socket.getInputStream());
                int first = in.read();
                boolean tls = first == 0x16;
                if (!tls) {
                    in.unread(first);
                    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
                    for (String line = lines.readLine(); !line.isEmpty(); line = lines.readLine()) heard.add(line);
                }
                String answer = tls ? "HTTP/1.1 400 Bad Request" : "HTTP/1.1 200 OK";
                socket.getOutputStream()
                        .write((answer + "\r\nContent-Length: 0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    @Test
    void aServerThatSpeaksNoTlsIsAskedWithoutItAndWithoutCredentials() throws Exception {
        int port;
        List<String> heard = new CopyOnWriteArrayList<>();
        try (ServerSocket server = new ServerSocket(0, 10, InetAddress.getByName("127.0.0.1"))) {
            port = server.getLocalPort();
            Thread.ofVirtual().start(() -> serve(server, heard));
            assertThat(run(https(port))).isEmpty();
        }
        assertThat(strange)
                .containsExactly("request to HTTPS lifecycle hook 127.0.0.1:" + port
                        + " got HTTP response, retry with HTTP succeeded");
        assertThat(heard).contains("GET /x HTTP/1.1").noneMatch(line -> line.startsWith("Authorization"));
    }

    @Test
    void aServerThatIsNotThereIsToldWithThePath() throws Exception {
        int port;
        try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = nobody.getLocalPort();
        }
        assertThat(run(https(port)))
                .isEqualTo("HTTP lifecycle hook (/x) for Container \"c\" in Pod \"p_ns(uid)\" failed - error: Get"
                        + " \"https://127.0.0.1:%1$d/x\": dial tcp 127.0.0.1:%1$d: connect: connection refused"
                                .formatted(port));
    }
}
