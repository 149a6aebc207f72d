package io.k8j.e2e.kubectl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShellTest {
    @TempDir
    private Path directory;

    private Shell shell() throws IOException {
        Path kubeconfig = Files.writeString(directory.resolve("kubeconfig"), """
                apiVersion: v1
                kind: Config
                current-context: c
                contexts: [{name: c, context: {cluster: c, user: u}}]
                clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
                users: [{name: u, user: {}}]
                """);
        return Shell.in(directory.resolve("work"), KubectlBinary.newest(), kubeconfig, "apart");
    }

    @Test
    void binariesAreFoundOldestFirst() {
        KubectlBinary.oldestAndNewest();
        List<Integer> minors =
                KubectlBinary.all().stream().map(KubectlBinary::minor).toList();
        assertThat(minors).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aCommandSeesItsOwnKubeconfigAndNamespace() throws IOException {
        shell().run("kubectl config view --minify -o 'jsonpath={..namespace}'").prints("apart");
    }

    @Test
    void outputErrorsAndExitCodeAreKeptApart() throws IOException {
        Result result = shell().run("echo out; echo err >&2; exit 3");
        assertThat(result).isEqualTo(new Result("echo out; echo err >&2; exit 3", 3, "out\n", "err\n"));
    }

    @Test
    void aSessionAnswersWhatIsTyped() throws IOException {
        try (Session cat = shell().start("cat")) {
            cat.type("hello\n").expect("hello", Duration.ofMinutes(1)).endOfInput();
            cat.finish(Duration.ofMinutes(1)).prints("hello");
        }
    }

    @Test
    void aTerminalHasASizeAndEchoes() throws IOException {
        try (Session shell = shell().startInTerminal("sh")) {
            shell.type("stty size\n").expect("24 80", Duration.ofMinutes(1)).type("exit 5\n");
            assertThat(shell.finish(Duration.ofMinutes(1)).exit()).isEqualTo(5);
            assertThat(shell.output()).contains("stty size");
        }
    }

    @Test
    void aCommandThatDoesNotEndFailsTheTestAndIsKilled() throws IOException {
        Shell shell = shell();
        assertThatThrownBy(() -> shell.run("echo waiting; sleep 1000", Duration.ofMillis(300)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("did not end within")
                .hasMessageContaining("waiting");
    }

    @Test
    void aTableIsReadByItsColumns() {
        PrintedTable table = PrintedTable.parse("""
                NAME   READY   NOMINATED NODE   AGE
                a      1/1                      2s
                bcd    0/1     n 1              3m
                """);
        assertThat(table.columns()).containsExactly("NAME", "READY", "NOMINATED NODE", "AGE");
        assertThat(table.row("bcd"))
                .isEqualTo(Map.of("NAME", "bcd", "READY", "0/1", "NOMINATED NODE", "n 1", "AGE", "3m"));
        assertThat(table.column("NOMINATED NODE")).containsExactly("", "n 1");
    }
}
