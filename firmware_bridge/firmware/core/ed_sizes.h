/* How big everything is. A port overrides what it likes with -D; ED_SMALL is a processor with 2 KB
 * of memory. Nothing in the core grows at run time. */
#ifndef ED_SIZES_H
#define ED_SIZES_H

#ifdef ED_SMALL
#define ED_DEFAULT(large, small) (small)
#else
#define ED_DEFAULT(large, small) (large)
#endif

/* Converter inputs that are sampled in turn. */
#ifndef ED_CHANNELS
#define ED_CHANNELS ED_DEFAULT(17, 6)
#endif

/* Pads that the host can be told of. */
#ifndef ED_PADS
#define ED_PADS ED_DEFAULT(8, 6)
#endif

/* Hits kept for being sent, and sent again; a power of two. */
#ifndef ED_RING
#define ED_RING ED_DEFAULT(64, 8)
#endif

/* Hi-hat controllers. */
#ifndef ED_PEDALS
#define ED_PEDALS ED_DEFAULT(2, 1)
#endif

/* Strikes decided in one go, the others in the next: a slow processor has readings to hear in between. */
#ifndef ED_DECISIONS
#define ED_DECISIONS ED_DEFAULT(ED_PADS, 1)
#endif

/* Cues that wait for their time. */
#ifndef ED_CUES
#define ED_CUES 8
#endif

/* Lights and motors. */
#ifndef ED_OUTPUTS
#define ED_OUTPUTS ED_DEFAULT(8, 2)
#endif

/* Questions that wait until the line takes their answers. */
#ifndef ED_ANSWERS
#define ED_ANSWERS ED_DEFAULT(16, 4)
#endif

/* The longest payload that is understood; the longest question has 24. */
#ifndef ED_RX_PAYLOAD
#define ED_RX_PAYLOAD ED_DEFAULT(240, 32)
#endif

/* The longest payload that is said: HelloAck with its two texts, or one parameter described. */
#ifndef ED_TX_PAYLOAD
#define ED_TX_PAYLOAD ED_DEFAULT(240, 64)
#endif

/* Readings in a piece of scope; two pieces are kept. 0: no scope. */
#ifndef ED_SCOPE
#define ED_SCOPE ED_DEFAULT(64, 8)
#endif

#endif
