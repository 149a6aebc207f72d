package io.k8j.kubelet.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeLogsTest {
    @TempDir
    private Path top;

    private Path logs;

    @BeforeEach
    void makeFiles() throws IOException {
        logs = Files.createDirectory(top.resolve("logs"));
        Files.writeString(logs.resolve("a & b.log"), "line\n");
        Files.createDirectory(logs.resolve("pods"));
        Files.writeString(top.resolve("secret"), "not for you");
        Files.createSymbolicLink(logs.resolve("pods/leak"), top.resolve("secret"));
    }

    private record Answer(int status, String body) {}

    private Answer get(String method, String below) throws IOException {
        EmbeddedChannel channel = new EmbeddedChannel();
        new NodeLogs(logs).serve(new Exchange(channel, method, "/logs" + below, new DefaultHttpHeaders()), below);
        int status = 0;
        StringBuilder body = new StringBuilder();
        for (Object sent = channel.readOutbound(); sent != null; sent = channel.readOutbound()) {
            if (sent instanceof HttpResponse head) status = head.status().code();
            if (sent instanceof HttpContent content) {
                ByteBuf bytes = content.content();
                body.append(bytes.toString(UTF_8));
                content.release();
            }
        }
        return new Answer(status, body.toString());
    }

    @Test
    void aDirectoryIsAPageOfLinks() throws IOException {
        assertThat(get("GET", "/")).isEqualTo(new Answer(200, """
                <!doctype html>
                <meta name="viewport" content="width=device-width">
                <pre>
                <a href="a%20%26%20b.log">a &amp; b.log</a>
                <a href="pods/">pods/</a>
                </pre>
                """));
    }

    @Test
    void aFileIsSent() throws IOException {
        assertThat(get("GET", "/a & b.log")).isEqualTo(new Answer(200, "line\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/../secret", "/pods/../../secret", "//../secret", "/pods/leak", "/none", "/a\0b"})
    void nothingBesideTheDirectoryIsFound(String below) throws IOException {
        assertThat(get("GET", below).status()).isEqualTo(404);
    }

    @Test
    void nothingIsWritten() throws IOException {
        assertThat(get("POST", "/a & b.log").status()).isEqualTo(405);
    }
}
