package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiObject;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListBodyTest {
    private static ApiObject pod(String name) {
        return ApiObject.ofJson("{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"%s\"},\"spec\":{}}"
                .formatted(name)
                .getBytes(StandardCharsets.UTF_8));
    }

    private static String inPieces(Body body, int pieceBytes) {
        StringBuilder all = new StringBuilder();
        ByteBuf piece = Unpooled.buffer(pieceBytes, pieceBytes);
        boolean more = true;
        while (more) {
            more = body.fill(piece.clear());
            all.append(piece.toString(StandardCharsets.UTF_8));
        }
        return all.toString();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 7, 16, 50, 1000})
    void piecesOfAnySizeMakeTheSameList(int pieceBytes) {
        byte[] head = "{\"items\":[".getBytes(StandardCharsets.UTF_8);
        List<ApiObject> pods = List.of(pod("a"), pod("bcd"), pod("ef"));
        String bare =
                "{\"items\":[{\"metadata\":{\"name\":\"a\"},\"spec\":{}},{\"metadata\":{\"name\":\"bcd\"},\"spec\":{}},"
                        + "{\"metadata\":{\"name\":\"ef\"},\"spec\":{}}]}\n";
        ListBody body = new ListBody(head, pods, true);
        assertThat(body.length()).isEqualTo(bare.length());
        assertThat(inPieces(body, pieceBytes)).isEqualTo(bare);
        ListBody whole = new ListBody(head, pods, false);
        long length = whole.length();
        assertThat(inPieces(whole, pieceBytes)).contains("\"kind\":\"Pod\"").hasSize((int) length);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 100})
    void anEmptyListHasOnlyItsEnvelope(int pieceBytes) {
        ListBody body = new ListBody("{\"items\":[".getBytes(StandardCharsets.UTF_8), List.of(), true);
        assertThat(body.length()).isEqualTo(13);
        assertThat(inPieces(body, pieceBytes)).isEqualTo("{\"items\":[]}\n");
    }
}
