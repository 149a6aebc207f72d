package io.k8j.junit.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.k8j.junit.K8jCluster;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.server.certs.CertificateAuthority;
import io.k8j.server.certs.CertificateRequest;
import io.k8j.server.certs.KeyAndCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Admission webhooks are asked as the users that a kubeconfig file has for their addresses. */
class HookCredentialsTest {
    @TempDir
    Path directory;

    private final Map<String, String> logins = new ConcurrentHashMap<>();
    private CertificateAuthority authority;
    private HttpsServer server;

    @BeforeEach
    void serve() throws GeneralSecurityException, IOException {
        authority = CertificateAuthority.inMemory("hooks", InstantSource.system(), Duration.ofDays(1));
        SSLContext tls =
                tls(authority.issue(CertificateRequest.server("hook", "hook", List.of("127.0.0.1", "localhost"))));
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters asking = getSSLContext().getDefaultSSLParameters();
                asking.setWantClientAuth(true);
                parameters.setSSLParameters(asking);
            }
        });
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private SSLContext tls(KeyAndCertificate own) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("own", own.key(), new char[0], own.chain().toArray(Certificate[]::new));
        store.setCertificateEntry("ca", authority.certificate());
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, Object> review =
                    Json.parseObject(exchange.getRequestBody().readAllBytes());
            String peer;
            try {
                peer = ((HttpsExchange) exchange)
                        .getSSLSession()
                        .getPeerPrincipal()
                        .getName();
            } catch (SSLPeerUnverifiedException e) {
                peer = "nobody";
            }
            logins.put(
                    exchange.getRequestURI().getPath(),
                    exchange.getRequestHeaders().getFirst("Authorization") + " " + peer + " "
                            + exchange.getRequestHeaders().getFirst("Impersonate-User") + " "
                            + exchange.getRequestHeaders().getFirst("User-Agent"));
            byte[] body = Json.write(Map.of(
                    "apiVersion",
                    "admission.k8s.io/v1",
                    "kind",
                    "AdmissionReview",
                    "response",
                    Map.of("uid", Trees.string(review, "request", "uid"), "allowed", true)));
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static K8jCluster cluster(Path configuration) {
        return K8jCluster.builder()
                .withNodes(0)
                .without("controllers", "scheduler")
                .withApiServerFlags("admission-control-config-file=" + configuration)
                .start();
    }

    private Path configuration(String mutating, String validating) throws IOException {
        return Files.writeString(directory.resolve("admission.yaml"), """
            apiVersion: apiserver.config.k8s.io/v1
            kind: AdmissionConfiguration
            plugins:
            - name: MutatingAdmissionWebhook
              configuration: {apiVersion: apiserver.config.k8s.io/v1, kind: WebhookAdmissionConfiguration, kubeConfigFile: %s}
            - name: ValidatingAdmissionWebhook
              configuration: {apiVersion: apiserver.config.k8s.io/v1, kind: WebhookAdmissionConfiguration, kubeConfigFile: %s}
            """.formatted(mutating, validating));
    }

    private String hook(String kind, String host) {
        return """
            apiVersion: admissionregistration.k8s.io/v1
            kind: %sWebhookConfiguration
            metadata: {name: %s}
            webhooks:
            - name: hook.example.com
              clientConfig: {url: 'https://%s:%d/%s/%s', caBundle: %s}
              rules: [{operations: ['*'], apiGroups: [''], apiVersions: [v1], resources: [configmaps]}]
              admissionReviewVersions: [v1]
              sideEffects: None
            """.formatted(
                kind, host, host, server.getAddress().getPort(), kind, host, base64(authority.certificatePem()));
    }

    @Test
    void eachWebhookIsAskedAsTheUserForItsAddress() throws Exception {
        KeyAndCertificate us = authority.issue(CertificateRequest.client("us", "the-api-server"));
        int port = server.getAddress().getPort();
        Path token = Files.writeString(directory.resolve("token"), "from-a-file\n");
        Path first = Files.writeString(directory.resolve("first"), """
            apiVersion: v1
            kind: Config
            users:
            - {name: 'localhost:%d', user: {tokenFile: %s, as: jane}}
            - {name: '*', user: {username: u, password: p}}
            """.formatted(port, token));
        Path second = Files.writeString(
                directory.resolve("second"), """
            apiVersion: v1
            kind: Config
            current-context: c
            contexts: [{name: c, context: {user: us}}]
            users:
            - {name: us, user: {client-certificate-data: %s, client-key-data: %s}}
            - {name: 'localhost', user: {token: of-port-443}}
            """.formatted(base64(us.chainPem()), base64(us.keyPem())));
        try (K8jCluster cluster = cluster(configuration(first.toString(), second.toString()))) {
            cluster.apply(hook("Mutating", "localhost"));
            cluster.apply(hook("Mutating", "127.0.0.1"));
            cluster.apply(hook("Validating", "localhost"));
            cluster.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: m}}");
            assertThat(logins)
                    .containsEntry("/Mutating/localhost", "Bearer from-a-file nobody jane kube-apiserver-admission")
                    .containsEntry(
                            "/Mutating/127.0.0.1", "Basic " + base64("u:p") + " nobody null kube-apiserver-admission")
                    .containsEntry("/Validating/localhost", "null CN=the-api-server null kube-apiserver-admission");
        }
    }

    @Test
    void aProgramMayGiveTheCredentials() throws Exception {
        KeyAndCertificate us = authority.issue(CertificateRequest.client("us", "of-a-program"));
        Path certificate = Files.writeString(
                directory.resolve("answer.json"),
                new String(
                        Json.write(Map.of(
                                "apiVersion",
                                "client.authentication.k8s.io/v1",
                                "kind",
                                "ExecCredential",
                                "status",
                                Map.of("clientCertificateData", us.chainPem(), "clientKeyData", us.keyPem()))),
                        StandardCharsets.UTF_8));
        Path program = Files.writeString(directory.resolve("login"), """
            #!/bin/sh
            echo run >> "$(dirname "$0")/runs"
            case "$KUBERNETES_EXEC_INFO" in *'"kind":"ExecCredential"'*) ;; *) exit 7;; esac
            echo "{\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",\\"kind\\":\\"ExecCredential\\",\\
            \\"status\\":{\\"token\\":\\"$WHO-$1\\"}}"
            """);
        assertThat(program.toFile().setExecutable(true)).isTrue();
        Path first = Files.writeString(directory.resolve("first"), """
            users:
            - name: '*'
              user:
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  command: ./login
                  args: [secret]
                  env: [{name: WHO, value: me}]
                  interactiveMode: Never
            """);
        Path second = Files.writeString(directory.resolve("second"), """
            users:
            - name: '*'
              user:
                exec: {apiVersion: client.authentication.k8s.io/v1, command: cat, args: [%s], interactiveMode: Never}
            """.formatted(certificate));
        try (K8jCluster cluster = cluster(configuration(first.toString(), second.toString()))) {
            cluster.apply(hook("Mutating", "localhost"));
            cluster.apply(hook("Validating", "localhost"));
            cluster.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: m}}");
            cluster.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: other}}");
            assertThat(logins)
                    .containsEntry("/Mutating/localhost", "Bearer me-secret nobody null kube-apiserver-admission")
                    .containsEntry("/Validating/localhost", "null CN=of-a-program null kube-apiserver-admission");
        }
        assertThat(Files.readAllLines(directory.resolve("runs")))
                .as("its answer is kept")
                .hasSize(1);
    }

    @Test
    void aProgramThatFailsIsNamed() throws Exception {
        Path first = Files.writeString(directory.resolve("first"), """
            users:
            - name: '*'
              user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: "false", interactiveMode: Never}}
            """);
        try (K8jCluster cluster = cluster(configuration(first.toString(), "''"))) {
            cluster.apply(hook("Mutating", "localhost"));
            assertThatThrownBy(() -> cluster.apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: m}}"))
                    .hasMessageContaining("getting credentials: exec: executable false failed with exit code 1");
        }
        Path wrong = Files.writeString(directory.resolve("wrong"), "users: [{name: x, user: {exec: {command: a}}}]");
        Path configuration = configuration(wrong.toString(), "''");
        assertThatThrownBy(() -> cluster(configuration).close())
                .hasStackTraceContaining("apiVersion must be specified for x to use exec authentication plugin");
    }

    @Test
    void wrongConfigurationsStopTheStart() throws Exception {
        Path relative = configuration("relative", "''");
        assertThatThrownBy(() -> cluster(relative).close())
                .hasStackTraceContaining("kubeConfigFile: Invalid value: \"relative\": must be an absolute file path");
        Path both = Files.writeString(directory.resolve("both"), "users: [{name: x, user: {token: t, username: u}}]");
        Path wrong = configuration(both.toString(), "''");
        assertThatThrownBy(() -> cluster(wrong).close())
                .hasStackTraceContaining("username/password or bearer token may be set, but not both");
    }
}
