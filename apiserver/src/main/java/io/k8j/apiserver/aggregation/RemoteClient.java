package io.k8j.apiserver.aggregation;

import io.k8j.apiserver.admission.AdmissionServices;
import io.k8j.apiserver.spi.UserInfo;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** Asks servers behind this one for their documents, in the name of the aggregator. Blocks. Safe for all threads. */
final class RemoteClient {
    private static final UserInfo AGGREGATOR = UserInfo.of("system:kube-aggregator", "system:masters");
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final int MAX_BYTES = 64 * 1024 * 1024;

    private final AdmissionServices.ServiceResolver resolver;
    private final RemoteTls tls;

    /** An answer; {@code url} is what was asked. */
    record Answer(int status, String contentType, byte[] body, URI url) {}

    RemoteClient(AdmissionServices.ServiceResolver resolver, RemoteTls tls) {
        this.resolver = resolver;
        this.tls = tls;
    }

    /** @throws IOException if there is no endpoint or no answer within five seconds */
    Answer get(RemoteService service, String path, String accept) throws IOException {
        return get(service, path, accept, AGGREGATOR);
    }

    /** Asks in the name of somebody else. */
    Answer get(RemoteService service, String path, String accept, UserInfo user) throws IOException {
        URI url = resolver.resolve(service.namespace(), service.service(), service.port())
                .resolve(path);
        HttpsURLConnection connection = (HttpsURLConnection) url.toURL().openConnection();
        try {
            connection.setSSLSocketFactory(new NamedSockets(
                    tls.forQuestions(service).getSocketFactory(), service.host(), !service.insecure()));
            connection.setHostnameVerifier((host, session) -> true); // the handshake has looked at the Service's name
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            connection.setInstanceFollowRedirects(false);
            connection.setRequestProperty("Accept", accept);
            for (Map.Entry<String, String> header : FrontProxy.headers(user)) {
                connection.addRequestProperty(header.getKey(), header.getValue());
            }
            int status = connection.getResponseCode();
            try (InputStream in = status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
                byte[] body = in == null ? new byte[0] : in.readNBytes(MAX_BYTES);
                String type = connection.getContentType();
                return new Answer(status, type == null ? "" : type, body, url);
            }
        } catch (IOException e) {
            throw new IOException(
                    "failing or missing response from " + url + ": Get \"" + url + "\": " + e.getMessage(), e);
        } finally {
            connection.disconnect();
        }
    }

    /** Makes sockets that ask for, and check, the Service's name though an address was dialled. */
    private static final class NamedSockets extends SSLSocketFactory {
        private final SSLSocketFactory inner;
        private final String name;
        private final boolean verify;

        NamedSockets(SSLSocketFactory inner, String name, boolean verify) {
            this.inner = inner;
            this.name = name;
            this.verify = verify;
        }

        @Override
        public Socket createSocket(Socket plain, String host, int port, boolean close) throws IOException {
            SSLSocket socket = (SSLSocket) inner.createSocket(plain, name, port, close);
            if (verify) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
            }
            return socket;
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return inner.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return inner.getSupportedCipherSuites();
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return createSocket(new Socket(host, port), host, port, true);
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
            return createSocket(new Socket(host, port, local, localPort), host, port, true);
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return createSocket(new Socket(host, port), host.getHostAddress(), port, true);
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
            return createSocket(new Socket(host, port, local, localPort), host.getHostAddress(), port, true);
        }
    }
}
