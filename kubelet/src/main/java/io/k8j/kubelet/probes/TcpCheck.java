package io.k8j.kubelet.probes;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** Opens TCP connections, with failures worded as Go words them. */
final class TcpCheck {
    /** The end of what is said when nobody answers in time. */
    static final String TIMEOUT = "i/o timeout";

    private TcpCheck() {}

    static Socket connect(String host, int port, int timeoutMillis) throws IOException {
        String address = (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        Socket socket = new Socket();
        try {
            InetSocketAddress target = new InetSocketAddress(host, port);
            if (target.isUnresolved()) throw new IOException("dial tcp: lookup %s: no such host".formatted(host));
            socket.connect(target, timeoutMillis);
            return socket;
        } catch (SocketTimeoutException e) {
            socket.close();
            throw new IOException("dial tcp %s: ".formatted(address) + TIMEOUT, e);
        } catch (NoRouteToHostException e) {
            socket.close();
            throw new IOException("dial tcp %s: connect: no route to host".formatted(address), e);
        } catch (ConnectException e) {
            socket.close();
            throw new IOException("dial tcp %s: connect: connection refused".formatted(address), e);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
