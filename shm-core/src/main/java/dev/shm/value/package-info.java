/**
 * Typed values, arrays, structs and adders in a region.
 *
 * <pre>
 *  SharedValue  SharedArray  SharedStruct  SharedAdder  ---&gt; region ---&gt; wait ---&gt; memory
 *       |            |             |
 *       v            v             v
 *        Cells, Bulk         StructRecord, StructCopies
 *       |            |             |
 *       `------------+-------------'
 *                    v
 *             Conversion ---&gt; TypeCode
 * </pre>
 */
@NullMarked
package dev.shm.value;

import org.jspecify.annotations.NullMarked;
