package io.k8j.e2e.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.k8j.e2e.cluster.ApiClient;
import io.k8j.e2e.cluster.Kubeconfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plays scenarios against a server that knows the recorded answers by heart; not the one with continue tokens. */
class ExchangePlayerTest {
    private HttpServer server;
    private ApiClient api;
    private volatile Exchange current;
    private volatile String statusMessage = "";

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        var address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        api = new ApiClient(new Kubeconfig(address, SSLContext.getDefault(), Optional.empty()));
    }

    @AfterEach
    void stop() {
        api.close();
        server.stop(0);
    }

    private void answer(HttpExchange call) throws IOException {
        call.getRequestBody().readAllBytes();
        String path = call.getRequestURI().toString();
        boolean recorded =
                current != null && call.getRequestMethod().equals(current.method()) && path.equals(current.path());
        int status = recorded ? current.status() : call.getRequestMethod().equals("POST") ? 201 : 200;
        String body = recorded
                ? current.answer().isString()
                        ? current.answer().asString()
                        : current.answer().toString()
                : current == null
                        ? "{\"status\":{\"used\":{}}}"
                        : current.body().orElse("{\"status\":{\"used\":{}}}");
        if (recorded && !statusMessage.isEmpty()) {
            body = statusMessage;
        }
        call.getResponseHeaders().set("Content-Type", recorded ? current.answerContentType() : "application/json");
        if (recorded && !current.warning().isEmpty()) {
            call.getResponseHeaders().set("Warning", current.warning());
        }
        byte[] bytes = body.getBytes(UTF_8);
        call.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        call.getResponseBody().write(bytes);
        call.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "01-discovery",
                "02-defaulting",
                "03-tables",
                "04-validation",
                "05-patches",
                "06-apply",
                "08-deletion"
            })
    void theRecordedServerDiffersInNothing(String file) throws Exception {
        var player = new ExchangePlayer(api, AcceptedDifferences.read("accepted-api.tsv"));
        player.prepare(file);
        for (Exchange exchange : Exchange.read(file)) {
            current = exchange;
            assertThat(player.play(exchange)).as(exchange.name()).isEmpty();
        }
    }

    @Test
    void anotherAnswerIsADifference() throws Exception {
        List<Exchange> exchanges = Exchange.read("04-validation");
        var player = new ExchangePlayer(api, AcceptedDifferences.read("accepted-api.tsv"));
        current = exchanges.getFirst();
        statusMessage = "{\"kind\":\"Status\",\"message\":\"no\"}";
        assertThat(player.play(current))
                .extracting(JsonDiff.Difference::path)
                .contains(".body.message", ".body.reason");
    }
}
