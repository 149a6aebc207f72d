package io.k8j.schema.lambda;

import java.lang.classfile.Attributes;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.NestHostAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/**
 * Writes the class of one lambda. It belongs to the nest of the class that makes it, and so may use what is private there.
 * One that captures nothing has a single instance, as before.
 */
final class LambdaWriter {
    /** Name of the static method that takes what is captured and gives the instance. */
    static final String FACTORY = "of";

    private static final String CONSTRUCTOR = "<init>";
    private static final String INSTANCE = "instance";
    private static final String FIELD = "captured";

    private final ClassDesc type;
    private final LambdaSite site;
    private final List<ClassDesc> captured;

    private LambdaWriter(ClassDesc type, LambdaSite site) {
        this.type = type;
        this.site = site;
        this.captured = site.made().parameterList();
    }

    /** @param maker whose code makes the lambda; its source is named in stack traces */
    static byte[] write(ClassDesc type, ClassDesc nest, LambdaSite site, ClassModel maker) {
        LambdaWriter writer = new LambdaWriter(type, site);
        return ClassFile.of().build(type, to -> {
            to.withVersion(maker.majorVersion(), 0)
                    .withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER | ClassFile.ACC_SYNTHETIC)
                    .withInterfaceSymbols(site.made().returnType())
                    .with(NestHostAttribute.of(nest));
            maker.findAttribute(Attributes.sourceFile()).ifPresent(to);
            writer.constructor(to);
            if (writer.captured.isEmpty()) writer.single(to);
            else writer.factory(to);
            to.withMethodBody(site.method(), site.erased(), ClassFile.ACC_PUBLIC, writer::body);
        });
    }

    private MethodTypeDesc constructorType() {
        return MethodTypeDesc.of(ConstantDescs.CD_void, captured);
    }

    private void constructor(ClassBuilder to) {
        for (int i = 0; i < captured.size(); i++) {
            to.withField(FIELD + i, captured.get(i), ClassFile.ACC_PRIVATE | ClassFile.ACC_FINAL);
        }
        to.withMethodBody(CONSTRUCTOR, constructorType(), ClassFile.ACC_PRIVATE, code -> {
            code.aload(0).invokespecial(ConstantDescs.CD_Object, CONSTRUCTOR, ConstantDescs.MTD_void);
            for (int i = 0; i < captured.size(); i++) {
                code.aload(0)
                        .loadLocal(TypeKind.from(captured.get(i)), code.parameterSlot(i))
                        .putfield(type, FIELD + i, captured.get(i));
            }
            code.return_();
        });
    }

    private void single(ClassBuilder to) {
        ClassDesc given = site.made().returnType();
        to.withField(INSTANCE, given, ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_FINAL);
        to.withMethodBody(
                "<clinit>",
                ConstantDescs.MTD_void,
                ClassFile.ACC_STATIC,
                code -> code.new_(type)
                        .dup()
                        .invokespecial(type, CONSTRUCTOR, constructorType())
                        .putstatic(type, INSTANCE, given)
                        .return_());
        to.withMethodBody(
                FACTORY,
                site.made(),
                ClassFile.ACC_STATIC,
                code -> code.getstatic(type, INSTANCE, given).areturn());
    }

    private void factory(ClassBuilder to) {
        to.withMethodBody(FACTORY, site.made(), ClassFile.ACC_STATIC, code -> {
            code.new_(type).dup();
            for (int i = 0; i < captured.size(); i++) {
                code.loadLocal(TypeKind.from(captured.get(i)), code.parameterSlot(i));
            }
            code.invokespecial(type, CONSTRUCTOR, constructorType()).areturn();
        });
    }

    private void body(CodeBuilder code) {
        List<ClassDesc> wanted = site.body().invocationType().parameterList();
        if (site.constructs()) code.new_(site.body().owner()).dup();
        for (int i = 0; i < captured.size(); i++) {
            code.aload(0).getfield(type, FIELD + i, captured.get(i));
            Conversion.append(code, captured.get(i), captured.get(i), wanted.get(i));
        }
        for (int i = 0; i < site.erased().parameterCount(); i++) {
            ClassDesc given = site.erased().parameterType(i);
            code.loadLocal(TypeKind.from(given), code.parameterSlot(i));
            Conversion.append(code, given, site.exact().parameterType(i), wanted.get(captured.size() + i));
        }
        call(code);
        give(code);
    }

    private void call(CodeBuilder code) {
        ClassDesc owner = site.body().owner();
        String name = site.body().methodName();
        boolean inInterface = site.body().isOwnerInterface();
        if (site.constructs()) code.invokespecial(owner, CONSTRUCTOR, site.bodyType());
        else if (site.isStatic()) code.invokestatic(owner, name, site.bodyType(), inInterface);
        else if (inInterface) code.invokeinterface(owner, name, site.bodyType());
        else code.invokevirtual(owner, name, site.bodyType());
    }

    private void give(CodeBuilder code) {
        ClassDesc got = site.body().invocationType().returnType();
        ClassDesc wanted = site.erased().returnType();
        if (!wanted.equals(ConstantDescs.CD_void)) {
            Conversion.append(code, got, got, wanted);
        } else if (TypeKind.from(got).slotSize() == 2) {
            code.pop2();
        } else if (TypeKind.from(got).slotSize() == 1) {
            code.pop();
        }
        code.return_(TypeKind.from(wanted));
    }
}
