package io.k8j.apiserver.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** A body that is complete in memory. */
final class ArrayBody implements Body {
    private final byte[] content;
    private int at;

    ArrayBody(byte[] content) {
        this.content = content;
    }

    /** All of a body that is small enough for one array. */
    static byte[] bytes(Body body) {
        byte[] all = new byte[Math.toIntExact(body.length())];
        body.fill(Unpooled.wrappedBuffer(all).clear());
        return all;
    }

    @Override
    public long length() {
        return content.length;
    }

    @Override
    public boolean fill(ByteBuf out) {
        int count = Math.min(content.length - at, out.writableBytes());
        out.writeBytes(content, at, count);
        at += count;
        return at < content.length;
    }
}
