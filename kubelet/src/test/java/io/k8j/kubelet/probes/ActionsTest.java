package io.k8j.kubelet.probes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.k8j.kubelet.runtime.SimulatedRuntime;
import io.k8j.model.time.SystemTime;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ActionsTest {
    private final SystemTime time = new SystemTime();
    private final Actions actions = new Actions(new SimulatedRuntime(time, "10.0.0."), time);
    private final Map<String, String> headers = new ConcurrentHashMap<>();
    private HttpServer server;
    private Container container;

    @BeforeEach
    void serve() throws Exception {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        answer("/ok", 200, "");
        answer("/bad", 503, "");
        answer("/away", 302, "http://elsewhere.invalid/");
        answer("/there", 301, "/bad");
        server.start();
        container = new ContainerBuilder()
                .withName("c")
                .addNewPort()
                .withName("web")
                .withContainerPort(server.getAddress().getPort())
                .endPort()
                .build();
    }

    private void answer(String path, int status, String location) {
        server.createContext(path, exchange -> {
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
            if (!location.isEmpty()) exchange.getResponseHeaders().add("Location", location);
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
    }

    @AfterEach
    void stop() {
        server.stop(0);
        time.close();
    }

    private ProbeResult http(String path) {
        Probe probe = new ProbeBuilder()
                .withNewHttpGet()
                .withPath(path)
                .withPort(new IntOrString("web"))
                .addNewHttpHeader("Host", "example.org")
                .endHttpGet()
                .build();
        return actions.carryOut(probe, container, "id", "127.0.0.1");
    }

    @Test
    void statusesFrom200To399AreSuccess() {
        assertThat(http("/ok").kind()).isEqualTo(ProbeResult.Kind.SUCCESS);
        assertThat(headers).containsEntry("Host", "example.org").containsEntry("User-agent", "kube-probe/1.36");
        assertThat(http("/bad")).isEqualTo(ProbeResult.failure("HTTP probe failed with statuscode: 503"));
        assertThat(http("/away")).isEqualTo(ProbeResult.warning("Probe terminated redirects, Response body: "));
        assertThat(http("/there")).isEqualTo(ProbeResult.failure("HTTP probe failed with statuscode: 503"));
    }

    @Test
    void aClosedPortIsTold() {
        int port = server.getAddress().getPort();
        server.stop(0);
        Probe tcp = new ProbeBuilder()
                .withNewTcpSocket()
                .withPort(new IntOrString(port))
                .endTcpSocket()
                .build();
        assertThat(actions.carryOut(tcp, container, "id", "127.0.0.1"))
                .isEqualTo(ProbeResult.failure("dial tcp 127.0.0.1:%d: connect: connection refused".formatted(port)));
        assertThat(http("/ok").output())
                .isEqualTo("Get \"http://127.0.0.1:%d/ok\": dial tcp 127.0.0.1:%d: connect: connection refused"
                        .formatted(port, port));
    }

    @Test
    void aProbeOfNothingIsAnError() {
        assertThat(actions.carryOut(new Probe(), container, "id", "127.0.0.1").kind())
                .isEqualTo(ProbeResult.Kind.ERROR);
        Probe exec =
                new ProbeBuilder().withNewExec().withCommand("true").endExec().build();
        assertThat(actions.carryOut(exec, container, "id", "127.0.0.1").kind()).isEqualTo(ProbeResult.Kind.ERROR);
    }

    @Test
    void aConnectionThatNobodyTakesIsTold() throws Exception {
        List<Socket> waiting = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = full.getLocalPort();
            boolean room = true;
            while (room) {
                Socket socket = new Socket();
                waiting.add(socket);
                try {
                    socket.connect(full.getLocalSocketAddress(), 300);
                } catch (SocketTimeoutException e) {
                    room = false;
                }
            }
            assertThatThrownBy(() -> HttpCheck.get(
                            URI.create("http://127.0.0.1:%d/ok".formatted(port)), Map.of(), Duration.ofMillis(300)))
                    .hasMessage(("Get \"http://127.0.0.1:%d/ok\": dial tcp 127.0.0.1:%d: i/o timeout"
                                    + " (Client.Timeout exceeded while awaiting headers)")
                            .formatted(port, port));
        } finally {
            for (Socket socket : waiting) socket.close();
        }
    }
}
