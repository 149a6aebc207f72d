package io.k8j.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandLineTest {
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return Main.commandLine(new PrintStream(errors, true, StandardCharsets.UTF_8))
                .execute(arguments);
    }

    private String errors() {
        return errors.toString(StandardCharsets.UTF_8);
    }

    @Test
    void anUnknownFlagIsWrongUsage() {
        assertThat(run("server", "--no-such-flag")).isEqualTo(2);
        assertThat(errors()).startsWith("k8j: Unknown option: '--no-such-flag'").hasLineCount(1);
    }

    @Test
    void anUnknownCommandIsWrongUsage() {
        assertThat(run("serve")).isEqualTo(2);
        assertThat(errors()).hasLineCount(1);
    }

    @Test
    void aMissingKubeconfigIsOneSentence(@TempDir Path directory) {
        assertThat(run("kubectl", "--kubeconfig", directory.resolve("none").toString(), "get", "pods"))
                .isEqualTo(1);
        assertThat(errors()).contains("there is no kubeconfig at").hasLineCount(1);
    }

    @Test
    void aMistakeInAStageIsOneSentenceWithLineAndField(@TempDir Path directory) throws Exception {
        Path stages = Files.writeString(directory.resolve("stages.yaml"), """
            apiVersion: kwok.x-k8s.io/v1alpha1
            kind: Stage
            metadata: {name: slow}
            spec:
              resourceRef: {apiGroup: v1, kind: Pod}
              selector: {}
              delay: {durationMilliseconds: soon}
            """);
        assertThat(run("simulate", "--stages", stages.toString())).isEqualTo(1);
        assertThat(errors())
                .isEqualTo(
                        "k8j: %s, line 7: spec.delay.durationMilliseconds: must be a whole number of 0 or more, found \"soon\"%n"
                                .formatted(stages));
    }

    @Test
    void wrongSettingsOfSimulatedNodesAreWrongUsage() {
        assertThat(run("simulate", "--pod-cidr", "everywhere")).isEqualTo(2);
        assertThat(errors())
                .contains("podRange everywhere: must be an IPv4 range")
                .hasLineCount(1);
    }

    @Test
    void onlyAClustersDirectoryCanBeUninstalled(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("precious"), "data");

        assertThat(run("uninstall", "--yes", "--data-dir", directory.toString()))
                .isEqualTo(1);
        assertThat(errors()).contains("is not the data directory of a cluster: nothing was removed");
        assertThat(file).exists();
    }

    @Test
    void flagsComeFromAFileUnlessTheyAreGiven(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("config.yaml");
        Files.writeString(file, "https-listen-port: 7443\ntls-san: [a.example, b.example]\nnode-name: filed\n");
        CommandLine line = Main.commandLine(System.err);
        List<String> arguments = List.of("server", "--config", file.toString(), "--node-name", "given");

        ConfigFile.apply(line.getSubcommands().get("server"), arguments);
        CommandLine.ParseResult parsed =
                line.parseArgs(arguments.toArray(String[]::new)).subcommand();

        assertThat(parsed.commandSpec().findOption("--https-listen-port").<Integer>getValue())
                .isEqualTo(7443);
        assertThat(parsed.commandSpec().findOption("--tls-san").<List<String>>getValue())
                .containsExactly("a.example", "b.example");
        assertThat(parsed.commandSpec().findOption("--node-name").<String>getValue())
                .isEqualTo("given");
    }

    @Test
    void anUnknownUpstreamFlagIsWrongUsage() {
        assertThat(run("server", "--kube-apiserver-arg", "no-such=1")).isEqualTo(2);
        assertThat(errors())
                .startsWith("k8j: --kube-apiserver-arg no-such=1: there is no flag 'no-such'")
                .hasLineCount(1);
    }

    @Test
    void upstreamFlagsOfAFileKeepTheirCommas(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("config.yaml");
        Files.writeString(file, "kube-apiserver-arg:\n- api-audiences=a,b\n- anonymous-auth=false\n");
        CommandLine line = Main.commandLine(System.err);
        List<String> arguments = List.of("server", "--config", file.toString());

        ConfigFile.apply(line.getSubcommands().get("server"), arguments);
        CommandLine.ParseResult parsed =
                line.parseArgs(arguments.toArray(String[]::new)).subcommand();

        assertThat(parsed.commandSpec().findOption("--kube-apiserver-arg").<List<String>>getValue())
                .containsExactly("api-audiences=a,b", "anonymous-auth=false");
    }

    @Test
    void aWrongTokenIsOneSentence() {
        assertThat(run("token", "create", "short")).isEqualTo(1);
        assertThat(errors())
                .contains("short: must be six and sixteen letters or digits with a dot between")
                .hasLineCount(1);
    }
}
