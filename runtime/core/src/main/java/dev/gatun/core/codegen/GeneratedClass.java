package dev.gatun.core.codegen;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessFlag;
import java.util.function.Consumer;

/** Makes a hidden class that is a {@link BlockFunction} from the code of its one method. */
final class GeneratedClass {
  private static final ClassDesc NAME = ClassDesc.of("dev.gatun.core.codegen.Generated");
  private static final ClassDesc INTERFACE = ClassDesc.of("dev.gatun.core.codegen.BlockFunction");
  private static final MethodTypeDesc SIGNATURE =
      MethodTypeDesc.of(CD_void, CD_long.arrayType(), CD_long.arrayType(), CD_int, CD_int);

  /**
   * Defines the class and makes its only instance.
   *
   * @param run emits the code of {@link BlockFunction#run}
   */
  static BlockFunction define(Region region, Consumer<CodeBuilder> run) {
    byte[] bytes =
        ClassFile.of()
            .build(
                NAME,
                cls ->
                    cls.withFlags(AccessFlag.PUBLIC, AccessFlag.FINAL)
                        .withInterfaceSymbols(INTERFACE)
                        .withMethodBody(
                            ConstantDescs.INIT_NAME,
                            ConstantDescs.MTD_void,
                            ClassFile.ACC_PUBLIC,
                            c ->
                                c.aload(0)
                                    .invokespecial(
                                        ConstantDescs.CD_Object,
                                        ConstantDescs.INIT_NAME,
                                        ConstantDescs.MTD_void)
                                    .return_())
                        .withMethodBody("run", SIGNATURE, ClassFile.ACC_PUBLIC, run));
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup().defineHiddenClass(bytes, true);
      return (BlockFunction)
          lookup.findConstructor(lookup.lookupClass(), MethodType.methodType(void.class)).invoke();
    } catch (Throwable e) {
      throw new IllegalStateException("generated kernel for " + region + " is not valid", e);
    }
  }

  private GeneratedClass() {}
}
