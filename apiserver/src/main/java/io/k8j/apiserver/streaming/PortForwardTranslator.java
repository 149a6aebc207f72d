package io.k8j.apiserver.streaming;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The older port-forward over WebSocket: each port has a data and an error channel, and each begins with two bytes that
 * repeat the port, lower byte first.
 */
final class PortForwardTranslator extends ChannelTranslator {
    private final List<Integer> ports;

    PortForwardTranslator(Channel client, Channel backend, boolean base64, List<Integer> ports) {
        super(client, backend, base64);
        this.ports = List.copyOf(ports);
    }

    @Override
    void start() {
        for (int i = 0; i < ports.size(); i++) {
            int port = ports.get(i);
            byte[] announced = {(byte) port, (byte) (port >> 8)};
            toClient(2 * i, Unpooled.copiedBuffer(announced));
            toClient(2 * i + 1, Unpooled.copiedBuffer(announced));
            join(2 * i + 1, headers("error", port, i), true);
            join(2 * i, headers("data", port, i), true);
        }
    }

    private static Map<String, String> headers(String type, int port, int request) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("streamtype", type);
        headers.put("port", Integer.toString(port));
        headers.put("requestid", Integer.toString(request));
        return headers;
    }
}
