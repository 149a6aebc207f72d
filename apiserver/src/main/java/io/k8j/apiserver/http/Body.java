package io.k8j.apiserver.http;

import io.netty.buffer.ByteBuf;

/** The bytes of an answer, written piece by piece as the connection takes them. Read once, by one thread at a time. */
interface Body {
    /** How many bytes there are in all. */
    long length();

    /**
     * Writes the next bytes.
     *
     * @param out gets as many as fit into it without growing
     * @return whether there are more
     */
    boolean fill(ByteBuf out);
}
