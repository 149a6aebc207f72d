package io.k8j.kubelet.pods.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvFileTest {
    private static final String FILE = """
            # comment
            \tA='a b' # more

            B='one
            two'
            C= 'x'
            D=''
            A='second'
            """;

    @Test
    void valuesAreTakenLiterally() throws IOException {
        assertThat(EnvFile.parse(FILE, "A")).contains("a b");
        assertThat(EnvFile.parse(FILE, "B")).contains("one\ntwo");
        assertThat(EnvFile.parse(FILE, "C")).as("as a shell sees it").isEmpty();
        assertThat(EnvFile.parse(FILE, "D")).isEmpty();
        assertThat(EnvFile.parse(FILE, "E")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "A,missing '='",
                "=x,empty variable name",
                "A ='x',whitespace before '=' is not allowed",
                "A=x,value must be enclosed in single quotes",
                "A='x' y,unexpected content after closing quote"
            })
    void whateverElseIsRefused(String line, String message) {
        assertThatThrownBy(() -> EnvFile.parse("\n" + line, "A"))
                .hasMessage("invalid environment variable format at line 2: " + message);
    }

    @Test
    void anOpenQuoteIsRefused() {
        assertThatThrownBy(() -> EnvFile.parse("A='x\ny", "A"))
                .hasMessage("invalid environment variable format starting at line 1: unclosed single quote");
    }

    @Test
    void linksDoNotLeadOutOfTheVolume(@TempDir Path dir) throws IOException {
        Path volume = Files.createDirectories(dir.resolve("volume/sub")).getParent();
        Files.writeString(dir.resolve("secret"), "A='secret'");
        Files.writeString(volume.resolve("sub/file"), "A='x'");
        Files.createSymbolicLink(volume.resolve("out"), dir.resolve("secret"));
        Files.createSymbolicLink(volume.resolve("in"), Path.of("sub/file"));
        assertThat(Map.of("in", EnvFile.value(volume, "in", "A"), "file", EnvFile.value(volume, "sub/file", "A")))
                .allSatisfy((path, value) -> assertThat(value).contains("x"));
        assertThatThrownBy(() -> EnvFile.value(volume, "out", "A")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> EnvFile.value(volume, "../secret", "A")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> EnvFile.value(volume, "sub", "A")).isInstanceOf(IOException.class);
    }
}
