package io.k8j.server.cli;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.k8j.client.Client;
import io.k8j.client.DeleteOptions;
import io.k8j.client.ListOptions;
import io.k8j.client.ObjectKey;
import io.k8j.client.https.HttpsTransport;
import io.k8j.client.https.Kubeconfig;
import io.k8j.client.https.ServerAccess;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.TransportException;
import io.k8j.model.time.SystemTime;
import io.k8j.server.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.ToIntBiFunction;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code k8j token create|list|delete|generate}: tokens with which nodes join, as kubeadm's and k3s' commands make them. */
@Command(
        name = "token",
        description = "Manage the tokens with which nodes join.",
        mixinStandardHelpOptions = true,
        subcommands = {
            TokenCommand.Create.class,
            TokenCommand.ListTokens.class,
            TokenCommand.Delete.class,
            TokenCommand.Generate.class
        })
final class TokenCommand {
    private static final Pattern TOKEN = Pattern.compile("([a-z0-9]{6})\\.([a-z0-9]{16})");
    private static final Pattern ID = Pattern.compile("[a-z0-9]{6}");
    private static final String TYPE = "bootstrap.kubernetes.io/token";
    private static final String NAMESPACE = "kube-system";
    static final String NODE_GROUP = "system:bootstrappers:k8j:default-node-token";
    private static final String PREFIX = "bootstrap-token-";
    private static final String SYMBOLS = "abcdefghijklmnopqrstuvwxyz0123456789";

    private TokenCommand() {}

    private static String generate() {
        SecureRandom random = new SecureRandom();
        StringBuilder token = new StringBuilder();
        for (int i = 0; i < 22; i++) {
            if (i == 6) {
                token.append('.');
            }
            token.append(SYMBOLS.charAt(random.nextInt(SYMBOLS.length())));
        }
        return token.toString();
    }

    /** Does something with the cluster's client; what goes wrong becomes one sentence. */
    private static int with(ClusterOptions cluster, ToIntFunction<Client> work) {
        return with(cluster, (client, access) -> work.applyAsInt(client));
    }

    private static int with(ClusterOptions cluster, ToIntBiFunction<Client, ServerAccess> work) {
        try (SystemTime time = new SystemTime()) {
            ServerAccess access = Kubeconfig.read(cluster.kubeconfig(), "").access();
            try (Client client = new Client(new HttpsTransport(access, "k8j"), time, "k8j")) {
                return work.applyAsInt(client, access);
            }
        } catch (IOException | TransportException e) {
            throw new UserException(
                    "cannot reach the cluster of %s: %s".formatted(cluster.kubeconfig(), e.getMessage()), e);
        } catch (ApiException e) {
            throw new UserException(e.getMessage(), e);
        }
    }

    /** Makes a token and prints it. */
    @Command(name = "create", description = "Create a token and print it.", mixinStandardHelpOptions = true)
    static final class Create implements Callable<Integer> {
        @Mixin
        private ClusterOptions cluster;

        @Parameters(arity = "0..1", paramLabel = "TOKEN", description = "The token (default: a random one).")
        private String token;

        @Option(names = "--description", paramLabel = "TEXT", description = "What the token is for.")
        private String description = "";

        @Option(
                names = "--groups",
                paramLabel = "GROUP",
                split = ",",
                description = "Groups of whoever uses the token (default: ${DEFAULT-VALUE}).",
                defaultValue = NODE_GROUP)
        private List<String> groups;

        @Option(
                names = "--ttl",
                paramLabel = "DURATION",
                description = "How long it is good, such as 2h30m; 0 for ever (default: ${DEFAULT-VALUE}).",
                defaultValue = "24h")
        private String ttl;

        @Option(
                names = "--usages",
                paramLabel = "USAGE",
                split = ",",
                description = "signing, authentication, or both (default: ${DEFAULT-VALUE}).",
                defaultValue = "signing,authentication")
        private List<String> usages;

        @Override
        public Integer call() {
            String made = token == null ? generate() : token;
            Matcher parts = TOKEN.matcher(made);
            if (!parts.matches()) {
                throw new UserException(
                        "%s: must be six and sixteen letters or digits with a dot between".formatted(made));
            }
            Map<String, String> data = new LinkedHashMap<>();
            data.put("token-id", parts.group(1));
            data.put("token-secret", parts.group(2));
            if (!description.isEmpty()) {
                data.put("description", description);
            }
            Duration life = duration(ttl);
            if (!life.isZero()) {
                data.put(
                        "expiration",
                        Instant.now().plus(life).truncatedTo(ChronoUnit.SECONDS).toString());
            }
            for (String usage : usages) {
                if (!usage.equals("signing") && !usage.equals("authentication")) {
                    throw new UserException("--usages %s: must be signing or authentication".formatted(usage));
                }
                data.put("usage-bootstrap-" + usage, "true");
            }
            for (String group : groups) {
                if (!group.matches("system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]")) {
                    throw new UserException("--groups %s: must begin with system:bootstrappers:".formatted(group));
                }
            }
            data.put("auth-extra-groups", String.join(",", groups));
            Secret secret = new SecretBuilder()
                    .withNewMetadata()
                    .withName(PREFIX + parts.group(1))
                    .withNamespace(NAMESPACE)
                    .endMetadata()
                    .withType(TYPE)
                    .withStringData(data)
                    .build();
            return with(cluster, (client, access) -> {
                client.resources(Secret.class).create(secret);
                if (usages.contains("signing")) {
                    ClusterInfo.publish(client, access);
                }
                if (usages.contains("authentication")) {
                    groups.forEach(group -> JoinRules.publish(client, group));
                }
                System.out.println(made);
                return 0;
            });
        }

        private static Duration duration(String text) {
            try {
                return text.equals("0")
                        ? Duration.ZERO
                        : Duration.parse("PT" + text.toUpperCase(java.util.Locale.ROOT));
            } catch (DateTimeException e) {
                throw new UserException("--ttl %s: must be a duration such as 2h30m".formatted(text), e);
            }
        }
    }

    /** Shows all tokens. */
    @Command(name = "list", aliases = "ls", description = "List the tokens.", mixinStandardHelpOptions = true)
    static final class ListTokens implements Callable<Integer> {
        private static final String ROW = "%-23s   %-10s   %-20s   %-24s   %-20s   %s%n";

        @Mixin
        private ClusterOptions cluster;

        @Override
        public Integer call() {
            return with(cluster, client -> {
                System.out.printf(ROW, "TOKEN", "TTL", "EXPIRES", "USAGES", "DESCRIPTION", "EXTRA GROUPS");
                client.resources(Secret.class).list(ListOptions.inNamespace(NAMESPACE)).stream()
                        .filter(secret -> TYPE.equals(secret.getType()) && secret.getData() != null)
                        .forEach(secret -> show(decoded(secret.getData())));
                return 0;
            });
        }

        private static Map<String, String> decoded(Map<String, String> data) {
            Map<String, String> plain = new TreeMap<>();
            data.forEach((key, value) ->
                    plain.put(key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
            return plain;
        }

        private static void show(Map<String, String> data) {
            String end = data.getOrDefault("expiration", "");
            List<String> usages = java.util.stream.Stream.of("authentication", "signing")
                    .filter(usage -> "true".equals(data.get("usage-bootstrap-" + usage)))
                    .toList();
            System.out.printf(
                    ROW,
                    data.get("token-id") + "." + data.get("token-secret"),
                    end.isEmpty() ? "<forever>" : left(end),
                    end.isEmpty() ? "<never>" : end,
                    usages.isEmpty() ? "<none>" : String.join(",", usages),
                    data.getOrDefault("description", "<none>"),
                    data.getOrDefault("auth-extra-groups", "<none>"));
        }

        private static String left(String end) {
            try {
                Duration left = Duration.between(Instant.now(), Instant.parse(end));
                if (left.isNegative()) {
                    return "<invalid>";
                }
                return left.toHours() > 0
                        ? left.toHours() + "h"
                        : left.toMinutes() > 0 ? left.toMinutes() + "m" : left.toSeconds() + "s";
            } catch (DateTimeException e) {
                return "<invalid>";
            }
        }
    }

    /** Removes tokens. */
    @Command(name = "delete", description = "Delete tokens by token or id.", mixinStandardHelpOptions = true)
    static final class Delete implements Callable<Integer> {
        @Mixin
        private ClusterOptions cluster;

        @Parameters(arity = "1..*", paramLabel = "TOKEN")
        private List<String> tokens;

        @Override
        public Integer call() {
            List<String> ids = tokens.stream().map(Delete::id).toList();
            return with(cluster, client -> {
                for (String id : ids) {
                    client.resources(Secret.class).delete(new ObjectKey(NAMESPACE, PREFIX + id), DeleteOptions.DEFAULT);
                    System.out.printf("bootstrap token \"%s\" deleted%n", id);
                }
                return 0;
            });
        }

        private static String id(String text) {
            Matcher token = TOKEN.matcher(text);
            if (token.matches()) {
                return token.group(1);
            }
            if (!ID.matcher(text).matches()) {
                throw new UserException(
                        "%s: is neither a token nor the six letters or digits of its id".formatted(text));
            }
            return text;
        }
    }

    /** Prints a token that no cluster knows yet. */
    @Command(name = "generate", description = "Print a random token.", mixinStandardHelpOptions = true)
    static final class Generate implements Runnable {
        @Override
        public void run() {
            System.out.println(TokenCommand.generate());
        }
    }
}
