package io.k8j.server.cli;

import io.k8j.client.https.HttpsTransport;
import io.k8j.client.https.Kubeconfig;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import io.k8j.model.json.Json;
import io.k8j.server.UserException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code k8j secrets-encrypt …}: k3s' commands about the encryption of Secrets, for a server that runs. */
@Command(
        name = "secrets-encrypt",
        description = "Control how Secrets are encrypted at rest and change their keys.",
        mixinStandardHelpOptions = true,
        subcommands = {
            SecretsEncryptCommand.Status.class,
            SecretsEncryptCommand.Enable.class,
            SecretsEncryptCommand.Disable.class,
            SecretsEncryptCommand.Prepare.class,
            SecretsEncryptCommand.Rotate.class,
            SecretsEncryptCommand.Reencrypt.class,
            SecretsEncryptCommand.RotateKeys.class
        })
final class SecretsEncryptCommand {
    private static final String STATUS = "/v1-k8j/encrypt/status";
    private static final String CONFIG = "/v1-k8j/encrypt/config";

    private SecretsEncryptCommand() {}

    /** Asks the server and shows what came of it. */
    abstract static class Step implements Callable<Integer> {
        @Mixin
        private ClusterOptions cluster;

        @Spec
        private CommandSpec spec;

        PrintWriter out() {
            return spec.commandLine().getOut();
        }

        Map<String, Object> ask(Function<HttpsTransport, byte[]> question) throws IOException {
            try (HttpsTransport transport =
                    new HttpsTransport(Kubeconfig.read(cluster.kubeconfig(), "").access(), "k8j")) {
                return Json.parseObject(question.apply(transport));
            } catch (ApiException e) {
                if (e.code() == 404) {
                    throw new UserException(
                            "this server's encryption is not k8j's own: it follows the file of"
                                    + " --encryption-provider-config, or nothing is encrypted",
                            e);
                }
                throw new UserException(e.getMessage(), e);
            } catch (TransportException e) {
                throw new UserException("the server cannot be reached: start it first (" + e.getMessage() + ")", e);
            }
        }

        /** Sends a change; {@code done} is printed when it took place. */
        int change(Map<String, Object> wanted, String done) throws IOException {
            ask(transport -> transport.putDocument(CONFIG, Json.write(wanted)));
            out().println(done);
            out().flush();
            return 0;
        }

        static Map<String, Object> stage(String name, boolean force, boolean skip) {
            Map<String, Object> wanted = new LinkedHashMap<>();
            wanted.put("stage", name);
            wanted.put("force", force);
            wanted.put("skip", skip);
            return wanted;
        }
    }

    /** Shows the keys and where a rotation stands. */
    @Command(
            name = "status",
            description = "Print current status of secrets encryption.",
            mixinStandardHelpOptions = true)
    static final class Status extends Step {
        @Override
        public Integer call() throws IOException {
            Map<String, Object> status = ask(transport -> transport.document(STATUS));
            PrintWriter out = out();
            out.println("Encryption Status: " + (Boolean.TRUE.equals(status.get("enable")) ? "Enabled" : "Disabled"));
            out.println("Current Rotation Stage: " + status.get("stage"));
            out.println("Server Encryption Hashes: All hashes match");
            out.println();
            String type = String.valueOf(status.get("keytype"));
            String row = "%-6s  %-" + Math.max(8, type.length()) + "s  %s%n";
            out.printf(row, "Active", "Key Type", "Name");
            out.printf(row, "------", "-".repeat(Math.max(8, type.length())), "----");
            out.printf(row, " *", type, status.get("activekey"));
            for (Object name : status.get("inactivekeys") instanceof List<?> names ? names : List.of()) {
                out.printf(row, "", type, name);
            }
            out.flush();
            return 0;
        }
    }

    /** Encrypts what is written from now on. */
    @Command(name = "enable", description = "Enable secrets encryption.", mixinStandardHelpOptions = true)
    static final class Enable extends Step {
        @Override
        public Integer call() throws IOException {
            return change(Map.of("enable", true), "secrets-encryption enabled");
        }
    }

    /** Writes plainly from now on. */
    @Command(name = "disable", description = "Disable secrets encryption.", mixinStandardHelpOptions = true)
    static final class Disable extends Step {
        @Override
        public Integer call() throws IOException {
            return change(Map.of("enable", false), "secrets-encryption disabled");
        }
    }

    /** Adds a key. */
    @Command(
            name = "prepare",
            description = "Prepare for encryption keys rotation: add a key that only reads.",
            mixinStandardHelpOptions = true)
    static final class Prepare extends Step {
        @Option(
                names = {"-f", "--force"},
                description = "Force preparation.")
        private boolean force;

        @Override
        public Integer call() throws IOException {
            return change(stage("prepare", force, false), "prepare completed successfully");
        }
    }

    /** Lets the new key write. */
    @Command(
            name = "rotate",
            description = "Rotate secrets encryption keys: the new one writes from now on.",
            mixinStandardHelpOptions = true)
    static final class Rotate extends Step {
        @Option(
                names = {"-f", "--force"},
                description = "Force key rotation.")
        private boolean force;

        @Override
        public Integer call() throws IOException {
            return change(stage("rotate", force, false), "rotate completed successfully");
        }
    }

    /** Stores all Secrets again. */
    @Command(
            name = "reencrypt",
            description = "Reencrypt all data with the new key and remove the old one.",
            mixinStandardHelpOptions = true)
    static final class Reencrypt extends Step {
        @Option(
                names = {"-f", "--force"},
                description = "Force secrets reencryption.")
        private boolean force;

        @Option(names = "--skip", description = "Skip removing old key.")
        private boolean skip;

        @Override
        public Integer call() throws IOException {
            return change(stage("reencrypt", force, skip), "reencryption started");
        }
    }

    /** All steps at once. */
    @Command(
            name = "rotate-keys",
            description = "Add a key, let it write, and reencrypt all data.",
            mixinStandardHelpOptions = true)
    static final class RotateKeys extends Step {
        @Option(
                names = {"-f", "--force"},
                description = "Force key rotation.")
        private boolean force;

        @Override
        public Integer call() throws IOException {
            return change(stage("rotate-keys", force, false), "keys rotated, reencryption started");
        }
    }
}
