package io.k8j.client.https;

import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Credentials that a program gives out, as kubeconfig's {@code exec} describes it. It is run when they are asked for and
 * kept until they end or are refused. Thread-safe; one run at a time.
 *
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins">
 *     Credential plugins</a>
 */
public final class ExecCredentials {
    private static final Set<String> VERSIONS =
            Set.of("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1");
    private static final long LONGEST_SECONDS = 60;
    private static final int LARGEST = 1 << 20;

    /**
     * What the program has given.
     *
     * @param token empty for none
     * @param certificate PEM; empty for none, as the key then
     * @param expires null for never
     */
    record Given(String token, byte[] certificate, byte[] key, Instant expires) {}

    private final String version;
    private final List<String> command;
    private final Map<String, String> environment;
    private final String installHint;
    private final InstantSource clock;
    private Given given; // guarded by this; null before the first run, and after a refusal

    private ExecCredentials(
            String version,
            List<String> command,
            Map<String, String> environment,
            String installHint,
            InstantSource clock) {
        this.version = version;
        this.command = command;
        this.environment = environment;
        this.installHint = installHint;
        this.clock = clock;
    }

    /**
     * Reads what is to be run; runs nothing.
     *
     * @param user name in the kubeconfig file, for what is said about wrong ones
     * @param folder of the file, to which a command such as {@code ./login} is relative
     * @throws IllegalArgumentException in upstream's words
     */
    static ExecCredentials of(String user, Map<?, ?> exec, Path folder, InstantSource clock) {
        String plugin = " must be specified for %s to use exec authentication plugin".formatted(user);
        String command = Kubeconfig.text(exec, "command");
        if (command.isEmpty()) throw new IllegalArgumentException("command" + plugin);
        String version = Kubeconfig.text(exec, "apiVersion");
        if (version.isEmpty()) throw new IllegalArgumentException("apiVersion" + plugin);
        if (!VERSIONS.contains(version)) {
            throw new IllegalArgumentException("exec plugin: invalid apiVersion \"" + version + "\"");
        }
        String mode = Kubeconfig.text(exec, "interactiveMode");
        if (mode.isEmpty() && version.endsWith("/v1")) throw new IllegalArgumentException("interactiveMode" + plugin);
        if (!mode.isEmpty() && !Set.of("Never", "IfAvailable", "Always").contains(mode)) {
            throw new IllegalArgumentException("invalid interactiveMode for %s: \"%s\"".formatted(user, mode));
        }
        if (mode.equals("Always")) {
            throw new IllegalArgumentException(
                    "exec plugin cannot support interactive mode: standard input is not a terminal");
        }
        List<String> words = new ArrayList<>();
        words.add(command.contains("/") ? folder.resolve(command).normalize().toString() : command);
        if (exec.get("args") instanceof List<?> args) args.forEach(arg -> words.add(String.valueOf(arg)));
        Map<String, String> environment = new LinkedHashMap<>();
        if (exec.get("env") instanceof List<?> variables) {
            for (Object variable : variables) {
                Map<?, ?> map = Kubeconfig.map(variable, "kubeconfig: env");
                String name = Kubeconfig.text(map, "name");
                if (name.isEmpty()) throw new IllegalArgumentException("env variable name" + plugin);
                environment.put(name, Kubeconfig.text(map, "value"));
            }
        }
        return new ExecCredentials(
                version, List.copyOf(words), environment, Kubeconfig.text(exec, "installHint"), clock);
    }

    /**
     * The bearer token; empty if the program gives a certificate only.
     *
     * @throws UncheckedIOException if there are no credentials to be had
     */
    public Optional<String> token() {
        String token = current().token();
        return token.isEmpty() ? Optional.empty() : Optional.of(token);
    }

    /** What is valid now. */
    synchronized Given current() {
        boolean over =
                given != null && given.expires() != null && clock.instant().isAfter(given.expires());
        if (given == null || over) {
            try {
                given = run();
            } catch (IOException e) {
                throw new UncheckedIOException("getting credentials: " + e.getMessage(), e);
            }
        }
        return given;
    }

    /** A server does not take them: the program is asked again next time. */
    public synchronized void refused() {
        given = null;
    }

    private Given run() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("kind", "ExecCredential");
        info.put("apiVersion", version);
        info.put("spec", Map.of("interactive", false));
        builder.environment().put("KUBERNETES_EXEC_INFO", new String(Json.write(info), StandardCharsets.UTF_8));
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            String hint = installHint.isEmpty() ? "" : "\n\n" + installHint;
            throw new IOException("exec: executable %s not found%s".formatted(command.getFirst(), hint), e);
        }
        process.getOutputStream().close();
        return parse(output(process));
    }

    private byte[] output(Process process) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Thread reader = Thread.ofVirtual().name("exec-credentials").start(() -> {
            try (InputStream in = process.getInputStream()) {
                out.writeBytes(in.readNBytes(LARGEST));
            } catch (IOException ended) {
                process.destroyForcibly();
            }
        });
        try {
            if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("exec: executable %s has not ended after %d seconds"
                        .formatted(command.getFirst(), LONGEST_SECONDS));
            }
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("exec: interrupted", e);
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != 0) {
            throw new IOException(
                    "exec: executable %s failed with exit code %d".formatted(command.getFirst(), process.exitValue()));
        }
        return out.toByteArray();
    }

    private Given parse(byte[] output) throws IOException {
        Map<String, Object> answer;
        try {
            answer = Json.parseObject(output);
        } catch (RuntimeException e) {
            throw new IOException("decoding stdout: " + e.getMessage(), e);
        }
        String answered = String.valueOf(answer.get("apiVersion"));
        if (!"ExecCredential".equals(answer.get("kind"))) {
            throw new IOException("decoding stdout: no kind \"%s\" is registered for version \"%s\""
                    .formatted(answer.get("kind"), answered));
        }
        if (!version.equals(answered)) {
            throw new IOException("exec plugin is configured to use API version %s, plugin returned version %s"
                    .formatted(version, answered));
        }
        if (!(answer.get("status") instanceof Map<?, ?>)) {
            throw new IOException("exec plugin didn't return a status field");
        }
        String token = text(answer, "token");
        byte[] certificate = text(answer, "clientCertificateData").getBytes(StandardCharsets.UTF_8);
        byte[] key = text(answer, "clientKeyData").getBytes(StandardCharsets.UTF_8);
        if (token.isEmpty() && certificate.length == 0 && key.length == 0) {
            throw new IOException("exec plugin didn't return a token or cert/key pair");
        }
        if ((certificate.length == 0) != (key.length == 0)) {
            throw new IOException("exec plugin returned only certificate or key, not both");
        }
        String expires = text(answer, "expirationTimestamp");
        try {
            return new Given(token, certificate, key, expires.isEmpty() ? null : Instant.parse(expires));
        } catch (DateTimeException e) {
            throw new IOException("decoding stdout: " + e.getMessage(), e);
        }
    }

    private static String text(Map<String, Object> answer, String field) {
        String text = Trees.string(answer, "status", field);
        return text == null ? "" : text;
    }
}
