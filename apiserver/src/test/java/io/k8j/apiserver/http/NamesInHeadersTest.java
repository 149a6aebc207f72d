package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.apiserver.authn.HeaderText;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of users in headers are UTF-8. */
class NamesInHeadersTest {
    @ParameterizedTest
    @ValueSource(strings = {"bob", "Jürgen", "王芳"})
    void whoeverIsImpersonatedIsCalledByTheirName(String name) throws IOException {
        try (HttpTestServer server = new HttpTestServer();
                Socket socket = new Socket("127.0.0.1", server.uri("").getPort())) {
            String request = """
                    GET /api/v1/namespaces/default/configmaps HTTP/1.1
                    Host: x
                    Authorization: Bearer root
                    Impersonate-User: %s
                    Connection: close

                    """;
            socket.getOutputStream()
                    .write(request.formatted(name).replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 403")
                    .contains("User \\\"" + name + "\\\" cannot list");
        }
    }

    @Test
    void whatIsSentHasOneCharacterForEachByte() {
        assertThat(HeaderText.toSend("plain")).isEqualTo("plain");
        assertThat(HeaderText.toSend("é王")).isEqualTo("\u00c3\u00a9\u00e7\u008e\u008b");
        assertThat(HeaderText.received(HeaderText.toSend("é王"))).isEqualTo("é王");
        assertThat(HeaderText.received("\u00e9")).isEqualTo("\ufffd");
    }
}
