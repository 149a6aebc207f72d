package io.k8j.schema.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LambdaClassesTest {
    @TempDir
    private Path temporary;

    private Path compiled() throws IOException {
        Path from = Files.createDirectories(temporary.resolve("classes/io/k8j/schema/lambda"));
        Path tests = Path.of(Lambdas.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .resolve("io/k8j/schema/lambda");
        try (Stream<Path> all = Files.list(tests)) {
            for (Path file : all.filter(each -> each.getFileName().toString().startsWith("Lambdas"))
                    .toList()) {
                Files.copy(file, from.resolve(file.getFileName()));
            }
        }
        Files.writeString(temporary.resolve("classes/resource.txt"), "as it was");
        return temporary.resolve("classes");
    }

    private Path converted() throws IOException {
        Path to = temporary.resolve("converted");
        LambdaClasses.convert(compiled(), to, Lambdas.class.getClassLoader());
        return to;
    }

    @Test
    @SuppressWarnings("unchecked")
    void convertedLambdasDoTheSame() throws Exception {
        List<Object> expected = new Lambdas().get();
        URL[] only = {converted().toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(only, ClassLoader.getPlatformClassLoader())) {
            Class<?> type = loader.loadClass(Lambdas.class.getName());
            Supplier<List<Object>> lambdas =
                    (Supplier<List<Object>>) type.getDeclaredConstructor().newInstance();
            assertThat(lambdas.get()).isEqualTo(expected);
        }
        assertThat(expected).hasSizeGreaterThan(30).contains("wrong type seen", "base", "intersection");
    }

    @Test
    void onlyTheSpecialOnesAreStillMadeAtRunTime() throws IOException {
        ClassModel before = ClassFile.of().parse(compiled().resolve("io/k8j/schema/lambda/Lambdas.class"));
        assertThat(factories(before, "metafactory")).isGreaterThan(25);
        Path to = temporary.resolve("converted");
        LambdaClasses.convert(temporary.resolve("classes"), to, Lambdas.class.getClassLoader());
        ClassModel after = ClassFile.of().parse(to.resolve("io/k8j/schema/lambda/Lambdas.class"));
        assertThat(factories(after, "metafactory")).isZero();
        assertThat(factories(after, "altMetafactory")).isPositive().isEqualTo(factories(before, "altMetafactory"));
    }

    @Test
    void theSourceIsStillNamedInStackTraces() throws IOException {
        Path made = converted().resolve("io/k8j/schema/lambda/Lambdas$$Lambda0.class");
        assertThat(ClassFile.of().parse(made).findAttribute(Attributes.sourceFile()))
                .hasValueSatisfying(
                        source -> assertThat(source.sourceFile().stringValue()).isEqualTo("Lambdas.java"));
    }

    @Test
    void whatIsNoClassIsCopiedAndWhatWasThereGoes() throws IOException {
        Path old = Files.createDirectories(temporary.resolve("converted/io")).resolve("Old.class");
        Files.writeString(old, "old");
        Path to = converted();
        assertThat(old).doesNotExist();
        assertThat(to.resolve("resource.txt")).hasContent("as it was");
    }

    private static long factories(ClassModel type, String name) {
        return type.methods().stream()
                .flatMap(method -> method.code().map(CodeModel::elementStream).orElse(Stream.empty()))
                .filter(element -> element instanceof InvokeDynamicInstruction instruction
                        && instruction.bootstrapMethod().methodName().equals(name))
                .count();
    }
}
