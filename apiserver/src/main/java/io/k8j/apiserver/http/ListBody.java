package io.k8j.apiserver.http;

import io.k8j.apiserver.cache.ObjectBytes;
import io.k8j.model.api.ApiObject;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A list as its own head and the objects' own bytes, which go straight into the connection's buffers. */
final class ListBody implements Body {
    private static final byte[] END = "]}\n".getBytes(StandardCharsets.US_ASCII);

    private final byte[] head;
    private final List<ApiObject> items;
    private final boolean builtIn;
    private final long length;

    // Where the next byte comes from.
    private int item = -1; // the head
    private byte[] piece;
    private int at;

    /**
     * @param head up to the bracket before the first item
     * @param builtIn whether items are written without kind and apiVersion
     */
    ListBody(byte[] head, List<ApiObject> items, boolean builtIn) {
        this.head = head;
        this.items = items;
        this.builtIn = builtIn;
        this.piece = head;
        long bytes = head.length + (long) END.length + Math.max(0, items.size() - 1);
        for (ApiObject object : items) {
            byte[] json = object.json();
            int offset = offset(json);
            bytes += json.length - offset + (offset > 0 ? 1 : 0);
        }
        this.length = bytes;
    }

    private int offset(byte[] json) {
        return builtIn ? ObjectBytes.itemOffset(json) : 0;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public boolean fill(ByteBuf out) {
        while (true) {
            int count = Math.min(piece.length - at, out.writableBytes());
            out.writeBytes(piece, at, count);
            at += count;
            if (at < piece.length) {
                return true;
            }
            if (item == items.size()) {
                return false;
            }
            if (out.writableBytes() < 2) { // what stands before an item is not split
                return true;
            }
            next(out);
        }
    }

    private void next(ByteBuf out) {
        item++;
        at = 0;
        if (item == items.size()) {
            piece = END;
            return;
        }
        piece = items.get(item).json();
        if (item > 0) {
            out.writeByte(',');
        }
        at = offset(piece);
        if (at > 0) {
            out.writeByte('{');
        }
    }
}
