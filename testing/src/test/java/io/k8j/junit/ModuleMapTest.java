package io.k8j.junit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the module map: components talk only through the Kubernetes API, by the client module's interface. */
class ModuleMapTest {
    private static final JavaClasses PROJECT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.k8j");

    /** Each module below the composition, and what it may use besides itself. */
    private static final Map<String, List<String>> MAY_USE = Map.of(
            "model", List.of(),
            "store", List.of(),
            "apiserver", List.of("model", "store"),
            "client", List.of("model"),
            "controllers", List.of("model", "client"),
            "scheduler", List.of("model", "client"),
            "kubelet", List.of("model", "client"),
            "proxy", List.of("model", "client"),
            "dns", List.of("model", "client"),
            "metrics", List.of("model", "client"));

    /** Modules that compose the others; nothing below may know them. */
    private static final List<String> COMPOSITION = List.of("server", "junit", "bench", "e2e");

    static Stream<String> modules() {
        return MAY_USE.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("modules")
    void usesOnlyWhatStandsAboveIt(String module) {
        List<String> forbidden = new ArrayList<>(COMPOSITION);
        forbidden.addAll(MAY_USE.keySet());
        forbidden.remove(module);
        forbidden.removeAll(MAY_USE.get(module));
        noClasses()
                .that()
                .resideInAPackage("io.k8j." + module + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden.stream()
                        .map(other -> "io.k8j." + other + "..")
                        .toArray(String[]::new))
                .check(PROJECT);
    }

    @Test
    void aForbiddenUseIsFound() {
        assertThatThrownBy(() -> noClasses()
                        .that()
                        .resideInAPackage("io.k8j.server..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("io.k8j.apiserver..")
                        .check(PROJECT))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("ControlPlane");
    }

    @Test
    void everyModuleIsSeen() {
        assertThat(modules())
                .allSatisfy(module -> assertThat(PROJECT.stream()
                                .anyMatch(c -> c.getPackageName().startsWith("io.k8j." + module)))
                        .as(module)
                        .isTrue());
    }

    @Test
    void theServerKnowsNoTests() {
        noClasses()
                .that()
                .resideInAPackage("io.k8j.server..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.k8j.junit..", "io.k8j.bench..", "io.k8j.e2e..")
                .check(PROJECT);
    }

    @Test
    void everyPackageTellsTheWayOfItsData() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("mvnw"))) root = root.getParent();
        Set<Path> silent = new TreeSet<>();
        try (Stream<Path> modules = Files.list(root)) {
            for (Path sources : modules.map(m -> m.resolve("src/main/java"))
                    .filter(Files::exists)
                    .toList()) {
                try (Stream<Path> files = Files.walk(sources)) {
                    files.filter(file -> file.toString().endsWith(".java"))
                            .map(Path::getParent)
                            .filter(folder -> Files.notExists(folder.resolve("package-info.java")))
                            .forEach(silent::add);
                }
            }
        }
        assertThat(silent).isEmpty();
    }
}
