package io.k8j.schema.lambda;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.NestMembersAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Build step: {@code LambdaClasses CLASSES OUTPUT} copies a module's classes and resources, lambdas as classes. */
public final class LambdaClasses {
    private static final String CLASS = ".class";
    private static final String SUFFIX = "$$Lambda";

    private final Path from;
    private final Path to;
    private final ClassFile files;
    private final Map<ClassDesc, List<ClassDesc>> madeByNest = new HashMap<>();

    private LambdaClasses(Path from, Path to, ClassLoader libraries) {
        this.from = from;
        this.to = to;
        files = ClassFile.of(
                ClassFile.ConstantPoolSharingOption.NEW_POOL,
                ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(libraries)
                        .orElse(ClassHierarchyResolver.defaultResolver())
                        .cached()));
    }

    public static void main(String[] args) throws IOException {
        convert(Path.of(args[0]), Path.of(args[1]), Thread.currentThread().getContextClassLoader());
    }

    /**
     * Writes a module anew.
     *
     * @param to what is there goes first; may be missing
     * @param libraries finds the classes of the module and of those that it uses
     */
    public static void convert(Path from, Path to, ClassLoader libraries) throws IOException {
        new LambdaClasses(from, to, libraries).convert();
    }

    private void convert() throws IOException {
        if (Files.exists(to)) {
            for (Path old : filesIn(to)) Files.delete(old);
        }
        Map<ClassModel, Map<LambdaSite, ClassDesc>> types = new LinkedHashMap<>();
        for (Path file : filesIn(from)) {
            if (file.toString().endsWith(CLASS)) {
                ClassModel type = files.parse(file);
                types.put(type, write(type));
            } else {
                write(from.relativize(file), Files.readAllBytes(file));
            }
        }
        for (Map.Entry<ClassModel, Map<LambdaSite, ClassDesc>> entry : types.entrySet()) {
            ClassModel type = entry.getKey();
            ClassDesc name = type.thisClass().asSymbol();
            boolean asItWas = entry.getValue().isEmpty() && !madeByNest.containsKey(name);
            write(path(name), asItWas ? Files.readAllBytes(from.resolve(path(name))) : changed(type, entry.getValue()));
        }
    }

    /** Writes the classes of what a class makes, and tells their names. Equal places share one. */
    private Map<LambdaSite, ClassDesc> write(ClassModel type) throws IOException {
        Map<LambdaSite, ClassDesc> made = new LinkedHashMap<>();
        ClassDesc name = type.thisClass().asSymbol();
        ClassDesc nest = type.findAttribute(Attributes.nestHost())
                .map(host -> host.nestHost().asSymbol())
                .orElse(name);
        for (MethodModel method : type.methods()) {
            for (CodeElement element : method.code().map(CodeModel::elementList).orElse(List.of())) {
                LambdaSite site = element instanceof InvokeDynamicInstruction instruction
                        ? LambdaSite.of(instruction).orElse(null)
                        : null;
                if (site == null || made.containsKey(site)) continue;
                ClassDesc lambda = ClassDesc.of(name.packageName(), name.displayName() + SUFFIX + made.size());
                made.put(site, lambda);
                madeByNest.computeIfAbsent(nest, host -> new ArrayList<>()).add(lambda);
                write(path(lambda), LambdaWriter.write(lambda, nest, site, type));
            }
        }
        return made;
    }

    private byte[] changed(ClassModel type, Map<LambdaSite, ClassDesc> made) {
        CodeTransform places = (code, element) -> {
            LambdaSite site = element instanceof InvokeDynamicInstruction instruction
                    ? LambdaSite.of(instruction).orElse(null)
                    : null;
            if (site == null) code.with(element);
            else code.invokestatic(made.get(site), LambdaWriter.FACTORY, site.made());
        };
        ClassTransform change = ClassTransform.transformingMethodBodies(places);
        List<ClassDesc> members = madeByNest.get(type.thisClass().asSymbol());
        return files.transformClass(type, members == null ? change : change.andThen(withMembers(type, members)));
    }

    /** Lets further classes into the nest of a class. */
    private static ClassTransform withMembers(ClassModel type, List<ClassDesc> further) {
        List<ClassDesc> all = new ArrayList<>();
        type.findAttribute(Attributes.nestMembers())
                .ifPresent(before ->
                        before.nestMembers().stream().map(ClassEntry::asSymbol).forEach(all::add));
        all.addAll(further);
        return ClassTransform.dropping(NestMembersAttribute.class::isInstance)
                .andThen(ClassTransform.endHandler(to -> to.with(NestMembersAttribute.ofSymbols(all))));
    }

    private static Path path(ClassDesc type) {
        String descriptor = type.descriptorString();
        return Path.of(descriptor.substring(1, descriptor.length() - 1) + CLASS);
    }

    private void write(Path relative, byte[] bytes) throws IOException {
        Path target = to.resolve(relative);
        Files.createDirectories(target.getParent());
        Files.write(target, bytes);
    }

    /** In an order that is always the same. */
    private static List<Path> filesIn(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile)
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        }
    }
}
