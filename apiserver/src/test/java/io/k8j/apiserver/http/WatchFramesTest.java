package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.WatchListener.EventType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class WatchFramesTest {
    private final WatchFrames frames = new WatchFrames();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[][] parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) out.writeBytes(part);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void whoeverIsToldTheSameAgainGetsTheSameBytes() {
        byte[] object = bytes("{\"kind\":\"ConfigMap\"}");
        String line = "{\"type\":\"MODIFIED\",\"object\":{\"kind\":\"ConfigMap\"}}\n";
        byte[][] first = frames.parts(EventType.MODIFIED, object);
        assertThat(text(first)).isEqualTo(line);
        assertThat(first[1]).as("told once, copied not at all").isSameAs(object);
        byte[][] second = frames.parts(EventType.MODIFIED, object);
        assertThat(text(second)).isEqualTo(line);
        assertThat(second).hasNumberOfRows(1);
        assertThat(frames.parts(EventType.MODIFIED, object)[0]).isSameAs(second[0]);
    }

    @Test
    void theSameObjectInAnotherEventAndAnotherObjectAreOtherLines() {
        byte[] object = bytes("{}");
        for (int i = 0; i < 3; i++) {
            assertThat(text(frames.parts(EventType.ADDED, object))).isEqualTo("{\"type\":\"ADDED\",\"object\":{}}\n");
        }
        for (int i = 0; i < 3; i++) {
            assertThat(text(frames.parts(EventType.DELETED, object)))
                    .isEqualTo("{\"type\":\"DELETED\",\"object\":{}}\n");
        }
        assertThat(text(frames.parts(EventType.DELETED, bytes("{\"a\":1}"))))
                .isEqualTo("{\"type\":\"DELETED\",\"object\":{\"a\":1}}\n");
        assertThat(text(frames.parts(EventType.DELETED, object))).isEqualTo("{\"type\":\"DELETED\",\"object\":{}}\n");
    }
}
