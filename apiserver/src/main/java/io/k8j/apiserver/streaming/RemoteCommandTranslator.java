package io.k8j.apiserver.streaming;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.LinkedHashMap;
import java.util.Map;

/** Exec and attach: stdin, stdout, stderr, the final status and terminal sizes as channels 0 to 4. */
final class RemoteCommandTranslator extends ChannelTranslator {
    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final int STDERR = 2;
    private static final int ERROR = 3;
    private static final int RESIZE = 4;
    /** Since v5: the byte that follows names a channel on which the client sends no more. */
    private static final int CLOSE_SIGNAL = 255;

    private final Wanted wanted;

    /** Which streams the request asked for. */
    record Wanted(boolean stdin, boolean stdout, boolean stderr, boolean tty) {}

    RemoteCommandTranslator(Channel client, Channel backend, boolean base64, Wanted wanted) {
        super(client, backend, base64);
        this.wanted = wanted;
    }

    @Override
    void start() {
        join(ERROR, type("error"), true);
        if (wanted.stdin()) {
            join(STDIN, type("stdin"), false);
        }
        if (wanted.stdout()) {
            join(STDOUT, type("stdout"), true);
        }
        if (wanted.stderr() && !wanted.tty()) {
            join(STDERR, type("stderr"), true);
        }
        if (wanted.tty()) {
            join(RESIZE, type("resize"), false);
        }
    }

    @Override
    boolean answers(int channelNumber) {
        return channelNumber == ERROR || channelNumber == STDOUT || channelNumber == STDERR;
    }

    @Override
    void onSignal(int channelNumber, ByteBuf data) {
        if (channelNumber == CLOSE_SIGNAL && data.isReadable()) {
            finishChannel(data.readUnsignedByte());
        }
    }

    private static Map<String, String> type(String streamType) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("streamtype", streamType);
        return headers;
    }
}
